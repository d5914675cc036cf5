#!/usr/bin/env bash
# Runs cfn-lint over the examples' templates.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tools/venv.sh

bin=$(venv cfn-lint-1 cfn-lint==1.58.0)
targets=()
files=()
for template in edge/template hello/deploy.template http_api/template many_functions/template records/sources records/template snapstart/template; do
  targets+=("//examples/${template%/*}:${template#*/}")
  files+=("bazel-bin/examples/$template.json")
done
tools/bazel build --noshow_progress "${targets[@]}"
"$bin/cfn-lint" --regions us-east-1 --template "${files[@]}"
echo "cfn-lint: ${#files[@]} templates, no finding"
