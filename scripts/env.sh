#!/bin/sh
# Makes .venv with the first Python that will do and installs the project into it, in editable form.
# Every way this can fail ends in one sentence that says what was found and what would work.
set -u
cd "$(dirname "$0")/.." || exit 1
venv=.venv
log=$venv/install.log

say() { printf '%s\n' "make env: $*" >&2; }
new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }
version_of() { "$1" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null; }

# 1. A Python
python= found=
for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python; do
    command -v "$candidate" >/dev/null 2>&1 || continue
    if new_enough "$candidate"; then python=$candidate; break; fi
    version=$(version_of "$candidate") && found="$found $candidate ($version)"
done
if [ -z "$python" ]; then
    say "Elenchus needs Python 3.11 or newer and found${found:- no Python at all};" \
        "install one (on Debian: apt-get install python3 python3-venv) or name it: make env PYTHON=/path/to/python3.11"
    exit 1
fi

# 2. An environment; one that is whole is kept
if ! { new_enough "$venv/bin/python" && "$venv/bin/python" -m pip --version >/dev/null 2>&1; }; then
    if ! "$python" -c 'import venv, ensurepip' >/dev/null 2>&1; then
        say "$python ($(version_of "$python")) cannot make environments because its venv and ensurepip modules are missing;" \
            "install them (on Debian: apt-get install python3-venv) and run make env again"
        exit 1
    fi
    printf '%s\n' "Making $venv with $python ($(version_of "$python"))"
    if ! problem=$("$python" -m venv --clear "$venv" 2>&1); then
        say "$python -m venv $venv failed and would have to work by itself first; it said: $(printf '%s' "$problem" | tail -n 3 | tr '\n' ' ')"
        exit 1
    fi
fi

# 3. The packages
printf '%s\n' "Installing Elenchus and its development tools into $venv (a minute or two the first time)"
if ! "$venv/bin/python" -m pip install --disable-pip-version-check --quiet --no-input \
        -c constraints.txt -e '.[ui,models,mcp,dev]' >"$log" 2>&1 </dev/null; then
    if grep -qiE 'name resolution|name or service not known|network is unreachable|connection refused|failed to establish|NewConnectionError|NameResolutionError|ProxyError|timed out|No route to host' "$log"; then
        say "the package index could not be reached; connect to the network, or tell pip of a proxy or mirror" \
            "(PIP_PROXY, PIP_INDEX_URL), and run make env again (details: $log)"
    else
        say "pip could not install the packages; its last words, with all of them in $log:"
        tail -n 8 "$log" >&2
    fi
    exit 1
fi
