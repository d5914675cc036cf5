#!/usr/bin/env bash
# Runs the deployer against moto, which serves AWS's APIs on loopback; pip fetches it into a cache folder, in the version named here.
# Arguments choose tests by their names.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

cache=${XDG_CACHE_HOME:-$HOME/.cache}/rules_rust_lambda/moto-1
if [[ ! -e $cache/.complete ]]; then
  mkdir -p "$cache"
  python3 -m venv "$cache/venv"
  "$cache/venv/bin/pip" install --quiet --disable-pip-version-check 'moto[server,cloudformation,s3,awslambda,logs,iam,apigatewayv2,sqs,events]==5.2.5'
  touch "$cache/.complete"
fi

tools/bazel test --noshow_progress --test_output=errors //deploy/deployer:unit_test
# What the target is run with, built without being run; and its settings, for the changes that the tests make.
tools/bazel build --noshow_progress //deploy/deployer //deploy/template //examples/hello:deploy
"$cache/venv/bin/python" deploy/deployer/tests/moto.py "$cache/venv/bin/moto_server" bazel-bin/deploy/deployer/deployer \
  bazel-bin/deploy/template/template bazel-bin/examples/hello/deploy.template.settings.json bazel-bin/examples/hello/lambda_zip.zip bazel-bin/examples/hello/deploy.sh "$@"
