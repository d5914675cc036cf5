#!/usr/bin/env bash
# Runs the linters for Starlark and Python, in the versions named here; they are fetched by npm and pip into a cache folder. Checks that
# each piece of unsafe code has a reason, and that docs/unsafe.md lists it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

cache=${XDG_CACHE_HOME:-$HOME/.cache}/rules_rust_lambda/lint-1
mkdir -p "$cache"
if [[ ! -e $cache/.complete ]]; then
  npm install --silent --no-fund --no-audit --prefix "$cache" @bazel/buildifier@8.2.1
  python3 -m venv "$cache/venv"
  "$cache/venv/bin/pip" install --quiet --disable-pip-version-check ruff==0.17.6 mypy==2.4.1
  touch "$cache/.complete"
fi

git ls-files '*.bzl' '*.bazel' | xargs "$cache/node_modules/.bin/buildifier" -mode=check -lint=warn
git ls-files '*.py' | xargs "$cache/venv/bin/ruff" check
git ls-files '*.py' | xargs "$cache/venv/bin/ruff" format --check
git ls-files '*.py' | xargs -n 1 "$cache/venv/bin/mypy" --strict
tools/unsafe_blocks.py --check
