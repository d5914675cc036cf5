#!/usr/bin/env bash
# Runs AWS's own clients against `lambda_local`, in the versions named here; pip fetches them into a cache folder.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

cache=${XDG_CACHE_HOME:-$HOME/.cache}/rules_rust_lambda/aws-clients-1
if [[ ! -e $cache/.complete ]]; then
  mkdir -p "$cache"
  python3 -m venv "$cache/venv"
  "$cache/venv/bin/pip" install --quiet --disable-pip-version-check awscli==1.46.3 boto3==1.43.62
  touch "$cache/.complete"
fi

tools/bazel build --noshow_progress //examples/hello:local
log=$(mktemp)
bazel-bin/examples/hello/local.sh --port 0 --freeze </dev/null 2>"$log" &
server=$!
trap 'kill "$server"; wait "$server" || true; rm "$log"' EXIT
for ((i = 0; i < 100; i++)); do
  endpoint=$(grep -oE 'http://localhost:[0-9]+' "$log" | head -1) && break
  sleep 0.1
done
if ! "$cache/venv/bin/python" emulator/tests/clients.py "$endpoint"; then
  cat "$log" >&2
  exit 1
fi
