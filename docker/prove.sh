#!/bin/sh
# Proves the image's steps without a container engine: a bare Debian root is made, the repository is
# copied in, the steps of the Dockerfile run there, and the chat answers its health check.
#   docker/prove.sh ROOT     needs root rights and debootstrap; ROOT is made, and kept to look at
set -eu
cd "$(dirname "$0")/.."
[ -n "${1:-}" ] || { echo "usage: docker/prove.sh ROOT" >&2; exit 2; }
root=$1
[ -f ui/static/viewer.js ] || sh scripts/web.sh
[ -d "$root/bin" ] || debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates bookworm "$root"
mkdir -p "$root/src" "$root/data" "$root/proc" "$root/dev"
git ls-files -z | grep -zv '^tests/' | xargs -0 tar -cf - ui/static | tar -xf - -C "$root/src"
# A machine's own settings of the package index and its certificates go along, where it has some.
for file in /etc/pip.conf /etc/ssl/certs/ca-certificates.crt /etc/resolv.conf /etc/hosts; do
    [ -f "$file" ] && mkdir -p "$root$(dirname "$file")" && cp -L "$file" "$root$file"
done
mountpoint -q "$root/proc" || mount -t proc proc "$root/proc"
mountpoint -q "$root/dev" || mount --bind /dev "$root/dev"
trap 'umount "$root/proc" "$root/dev" 2>/dev/null || true' EXIT
chroot "$root" sh /src/docker/steps.sh install /opt/elenchus
chroot "$root" sh -c 'id elenchus >/dev/null 2>&1 || useradd --create-home --uid 10001 elenchus; install -d -o elenchus /data'
chroot "$root" su elenchus -c 'cd /data && ELENCHUS_HOME=/data/home ELENCHUS_HEADS=/data/heads ELENCHUS_UI_TOKEN=proof-proof-proof-proof \
    /opt/elenchus/bin/elenchus serve --host 0.0.0.0 --port 7869 & server=$!
    for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        sleep 1
        if /opt/elenchus/bin/python -c "import urllib.request as r; print(r.urlopen(\"http://127.0.0.1:7869/health\", timeout=4).status)"; then kill $server; echo "the chat answers"; exit 0; fi
    done
    kill $server; echo "the chat did not answer" >&2; exit 1'
