#!/usr/bin/env bash
# Runs AWS's own clients against `lambda_local`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tools/venv.sh

bin=$(venv aws-clients-1 awscli==1.46.3 boto3==1.43.62)
tools/bazel build --noshow_progress //examples/hello:local
log=$(mktemp)
bazel-bin/examples/hello/local.sh --port 0 --freeze </dev/null 2>"$log" &
server=$!
trap 'kill "$server"; wait "$server" || true; rm "$log"' EXIT
for ((i = 0; i < 100; i++)); do
  endpoint=$(grep -oE 'http://localhost:[0-9]+' "$log" | head -1) && break
  sleep 0.1
done
if ! "$bin/python" emulator/tests/clients.py "$endpoint"; then
  cat "$log" >&2
  exit 1
fi
