#!/bin/sh
# The steps that make an installed Elenchus, the same in an image and in a bare root.
#   docker/steps.sh install PREFIX     an environment in PREFIX with Elenchus, its chat and its models' client
set -eu
cd "$(dirname "$0")/.."
[ "${1:-}" = install ] && [ -n "${2:-}" ] || { echo "usage: docker/steps.sh install PREFIX" >&2; exit 2; }
prefix=$2
[ -f ui/static/viewer.js ] || { echo "ui/static/viewer.js is missing: run sh scripts/web.sh first" >&2; exit 1; }
python3 -m venv "$prefix"
"$prefix/bin/python" -m pip install --disable-pip-version-check --quiet --no-cache-dir --no-input \
    -c constraints.txt '.[ui,models,mcp]'
"$prefix/bin/elenchus" --version
