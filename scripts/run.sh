#!/bin/sh
# Install what is missing and start the server; what `make run` does, for machines without make.
#   sh scripts/run.sh [--host 127.0.0.1] [--port 8000]
set -eu
cd "$(dirname "$0")/.."
sh scripts/venv.sh requirements.txt
exec "${VENV:-.venv}/bin/python" -m app serve "$@"
