#!/bin/sh
# Bring to this machine what the tests need besides Python packages: Node.js for the type check
# and the tests of the page's modules, Chromium for the end-to-end tests, PostgreSQL for the tests
# of the store, nginx for the tests behind a proxy.
# As root on Debian or Ubuntu it installs what is missing; otherwise it says how to.
set -eu
cd "$(dirname "$0")/.."
venv=${VENV:-.venv}

say() { printf '%s\n' "$*" >&2; }

can_install() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; }

updated=
install() {
    export DEBIAN_FRONTEND=noninteractive
    if [ -z "$updated" ]; then
        apt-get update -q </dev/null >&2
        updated=yes
    fi
    say "Installing system packages: $*"
    apt-get install -q -y --no-install-recommends "$@" </dev/null >&2
}

python_has_venv() {
    # Another Python than Debian's (PYTHON=…, pyenv, the python image) is not ours to repair.
    [ -x "$venv/bin/python" ] || [ -n "${PYTHON:-}" ] || python3 -c 'import ensurepip, venv' 2>/dev/null
}

node_is_recent() {
    command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1 &&
        node -e 'process.exit(parseInt(process.versions.node) >= 18 ? 0 : 1)'
}

has_chromium() {
    if [ -n "${VGL_CHROMIUM:-}" ]; then
        [ -x "$VGL_CHROMIUM" ] || say "VGL_CHROMIUM=$VGL_CHROMIUM is not a program."
        [ -x "$VGL_CHROMIUM" ]
        return
    fi
    [ -x /usr/bin/chromium ] && return
    # Playwright's own download
    [ -n "$(find "${PLAYWRIGHT_BROWSERS_PATH:-$HOME/.cache/ms-playwright}" \
        "$HOME/Library/Caches/ms-playwright" -maxdepth 1 -name 'chromium*' 2>/dev/null)" ]
}

if ! python_has_venv && can_install; then
    install python3 python3-venv
fi

if ! node_is_recent; then
    if can_install && ! command -v node >/dev/null 2>&1; then
        install nodejs npm
    elif can_install && ! command -v npm >/dev/null 2>&1; then
        install npm
    fi
    if ! node_is_recent; then
        say "Node.js 18 or newer with npm is needed to check the page's modules (20 or newer preferred)."
        say "  Debian, Ubuntu:  sudo apt install nodejs npm"
        say "  others:          your system's package manager, or nvm"
        exit 1
    fi
fi

# The examples of the README are executed as they are written.
if ! command -v curl >/dev/null 2>&1 && can_install; then
    install curl
fi

if ! has_chromium; then
    if can_install; then
        install chromium fonts-dejavu-core
    elif [ -n "${CI:-}" ]; then
        say "Chromium is missing, and in CI the browser tests must not be skipped."
        exit 1
    else
        say "Chromium is missing: the browser tests will be skipped. To run them, one of"
        say "  sudo apt install chromium"
        say "  $venv/bin/python -m playwright install chromium      (no root needed)"
        say "  make test VGL_CHROMIUM=/path/to/chromium"
    fi
fi

has_postgres() { # initdb and pg_ctl are not in Debian's PATH
    command -v pg_ctl >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/pg_ctl >/dev/null 2>&1
}

has_nginx() { PATH="$PATH:/usr/sbin" command -v nginx >/dev/null 2>&1; }

# server PACKAGE "what is not tested without it": installs it, or says how to
server() {
    if can_install; then
        install "$1"
    elif [ -n "${CI:-}" ]; then
        say "$1 is missing, and in CI $2 must not be skipped."
        exit 1
    else
        say "$1 is missing: $2 will be skipped. To run them:"
        say "  sudo apt install $1"
    fi
}

has_postgres || server postgresql "the tests on PostgreSQL"
has_nginx || server nginx-light "the tests behind a reverse proxy"
