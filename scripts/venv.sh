#!/bin/sh
# Make .venv (or $VENV) and install the pinned requirements of one file into it.
#
#   sh scripts/venv.sh requirements.txt
#
# A stamp with the checksum of the requirement files makes the second call free.
set -eu
cd "$(dirname "$0")/.."
requirements=${1:-requirements.txt}
venv=${VENV:-.venv}

say() { printf '%s\n' "$*" >&2; }

usable() { # a Python that is new enough?
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11 python3.14 python}; do
        if command -v "$candidate" >/dev/null 2>&1 && usable "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
    say "Python 3.11 or newer is needed; here is ${PYTHON:-python3}: $(${PYTHON:-python3} --version 2>&1 || true)"
    say "  Debian 12+, Ubuntu 24.04+:  sudo apt install python3 python3-venv"
    say "  Fedora:                     sudo dnf install python3"
    say "  macOS:                      brew install python"
    say "A Python in another place: make run PYTHON=/path/to/python3"
    exit 1
}

if [ ! -x "$venv/bin/python" ] || ! usable "$venv/bin/python"; then
    python=$(find_python)
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        say "$python (Python $version) has no venv module."
        say "  Debian, Ubuntu:  sudo apt install python3-venv      (or python$version-venv)"
        exit 1
    fi
    say "Making $venv with $python"
    rm -rf "$venv"
    "$python" -m venv "$venv"
fi

# A requirement file includes others: any change in any of them is a reason to install again.
stamp="$venv/.installed-${requirements##*/}"
checksum=$(cat requirements*.txt | cksum)
if [ "$(cat "$stamp" 2>/dev/null || true)" != "$checksum" ]; then
    say "Installing $requirements (the first time takes a minute)"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$requirements" || {
        say "The installation failed. Without internet, pip needs a local mirror (PIP_INDEX_URL or PIP_FIND_LINKS)."
        exit 1
    }
    printf '%s\n' "$checksum" >"$stamp"
fi
