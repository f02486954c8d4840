#!/usr/bin/env bash
# Makes the Python environment whose readers the tests ask; again only where its requirements changed.
set -euo pipefail
cd "$(dirname "$0")/.."

environment=.venv-oracle
if cmp -s .ci/requirements.txt "$environment/requirements.txt"; then exit; fi
python3 -m venv --clear "$environment"
"$environment/bin/pip" install --quiet --disable-pip-version-check -r .ci/requirements.txt
cp .ci/requirements.txt "$environment/"
