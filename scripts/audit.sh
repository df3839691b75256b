#!/bin/sh
# Compare the pinned packages with the published advisories; the auditor has an environment of its own.
# Without a network there is nothing to compare with: this says so, and is no failure.
set -eu
cd "$(dirname "$0")/.."
environment=.venv-audit
report=$(mktemp)
trap 'rm -f "$report"' EXIT

unable() {
    echo "audit: $1; nothing was compared" >&2
    exit 0
}

if [ ! -x "$environment/bin/pip-audit" ]; then
    "${VENV:-.venv}/bin/python" -m venv "$environment"
    timeout 180 "$environment/bin/python" -m pip install --quiet --disable-pip-version-check \
        --retries 1 pip-audit==2.10.1 || unable "pip-audit cannot be installed"
fi

found=0
timeout 180 "$environment/bin/pip-audit" --progress-spinner off --no-deps --disable-pip \
    --requirement requirements.txt --requirement requirements-fused.txt \
    --requirement requirements-postgres.txt --requirement requirements-dev.txt \
    --format json --output "$report" || found=$?
[ -s "$report" ] || unable "the advisories cannot be reached"
"$environment/bin/python" - "$report" <<'PYTHON'
import json
import sys

packages = json.load(open(sys.argv[1]))["dependencies"]
for package in packages:
    for advisory in package.get("vulns", []):
        fixed = ", ".join(advisory["fix_versions"]) or "no version"
        print(f"{package['name']} {package['version']}: {advisory['id']}, mended in {fixed}")
print(f"audit: {len(packages)} packages compared")
PYTHON
exit "$found"
