#!/usr/bin/env bash
# Has Valgrind's memcheck look at libraries under Python: reads and writes beside what is allocated, or of what was freed, and frees.
#
# Wants `valgrind` and `python3` on the PATH.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

tools/bazel build --noshow_progress //examples/hello:lambda_zip //examples/hello:system_zip
# Not a script that starts it, which Valgrind would look at in its place.
python=$(python3 -c 'import sys; print(sys.executable)')
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

check() {
  local zip=$1
  mkdir "$folder/$2"
  (cd "$folder/$2" && python3 -m zipfile -e "$OLDPWD/$zip" .)
  echo "$zip"
  # Python's own allocator hides what belongs together. Values that are not initialised are found in CPython itself.
  PYTHONMALLOC=malloc valgrind --quiet --error-exitcode=1 --leak-check=no --undef-value-errors=no \
    "$python" shim/python/tests/under_valgrind.py "$folder/$2" "$3" "$4"
}

check bazel-bin/examples/hello/lambda_zip.zip hello '{"name": "Ada"}' '{"message": "Hello, Ada!"}'
check bazel-bin/examples/hello/system_zip.zip system '{"name": "Ada"}' '{"message": "Hello, Ada!"}'
