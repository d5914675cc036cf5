#!/usr/bin/env bash
# Drives the page of `lambda_local` by a headless Chromium. With a folder, screenshots are written to it.
# Usage: page.sh [FOLDER]
set -euo pipefail
screenshots=${1:+$(mkdir -p "$1" && cd "$1" && pwd)}
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tools/venv.sh
source tools/chromium.sh

tools/bazel build --noshow_progress //examples/hello:local
bin=$(venv page-1 selenium==4.51.0)
chromium
"$bin/python" emulator/tests/page.py ${screenshots:+--screenshots "$screenshots"} bazel-bin/examples/hello/local.sh
