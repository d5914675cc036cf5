#!/usr/bin/env bash
# Runs cfn-lint over the examples' templates, in the version named here; pip fetches it into a cache folder.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

cache=${XDG_CACHE_HOME:-$HOME/.cache}/rules_rust_lambda/cfn-lint-1
if [[ ! -e $cache/.complete ]]; then
  mkdir -p "$cache"
  python3 -m venv "$cache/venv"
  "$cache/venv/bin/pip" install --quiet --disable-pip-version-check cfn-lint==1.58.0
  touch "$cache/.complete"
fi

targets=()
files=()
for template in edge/template hello/deploy.template http_api/template many_functions/template records/template snapstart/template; do
  targets+=("//examples/${template%/*}:${template#*/}")
  files+=("bazel-bin/examples/$template.json")
done
tools/bazel build --noshow_progress "${targets[@]}"
"$cache/venv/bin/cfn-lint" --regions us-east-1 --template "${files[@]}"
echo "cfn-lint: ${#files[@]} templates, no finding"
