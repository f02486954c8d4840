#!/usr/bin/env bash
# Builds the published binding of @tensorflow/tfjs-node against the C library in TensorFlow's wheel for
# Python, since its own install step downloads one from elsewhere. Ends with 77 where that library, the
# package or a compiler cannot be had.
set -uo pipefail
cd "$(dirname "$0")/.."

missing() {
  echo "native TensorFlow: $1" >&2
  exit 77
}

tensorflow=$(.venv-oracle/bin/python -c \
  'from importlib.util import find_spec; print(*find_spec("tensorflow").submodule_search_locations)') ||
  missing 'no TensorFlow for Python, whose C library it needs'
version=$(node -p "require('@tensorflow/tfjs/package.json').version")
npm install --no-save --no-package-lock --ignore-scripts --no-audit --no-fund \
  "@tensorflow/tfjs-node@$version" node-api-headers || missing "no @tensorflow/tfjs-node@$version"
if ! command -v g++ >/dev/null; then
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends g++ libc6-dev; } >/dev/null ||
    missing 'no C++ compiler'
fi

package=node_modules/@tensorflow/tfjs-node
binding=$(node -p "require('@mapbox/node-pre-gyp').find(require('path').resolve('$package/package.json'))")
mkdir -p "$(dirname "$binding")"
set -e
g++ -O2 -std=c++17 -shared -fPIC -DNAPI_VERSION=8 -I"$package" -Inode_modules/node-api-headers/include \
  -I"$tensorflow/include" "$package"/binding/*.cc -o "$binding" \
  -L"$tensorflow" -l:libtensorflow_cc.so.2 -l:libtensorflow_framework.so.2 -Wl,-rpath,"$tensorflow"
TF_CPP_MIN_LOG_LEVEL=2 node -e "require('@tensorflow/tfjs-node').tensor([1, 2]).square().print()"
