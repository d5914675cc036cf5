#!/usr/bin/env bash
# Runs the deployer against moto, which serves AWS's APIs on loopback. Arguments choose tests by their names.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

bin=$(tools/moto_venv.sh)
# What the target is run with, built without being run; and its settings, for the changes that the tests make.
tools/bazel build --noshow_progress //build_tool //deploy/deployer //examples/hello:deploy
"$bin/python" deploy/deployer/tests/moto.py "$bin/moto_server" bazel-bin/deploy/deployer/deployer \
  bazel-bin/build_tool/build_tool bazel-bin/examples/hello/deploy.template.settings.json \
  bazel-bin/examples/hello/lambda_zip.zip bazel-bin/examples/hello/deploy.sh "$@"
