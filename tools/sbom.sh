#!/usr/bin/env bash
# Checks the SBOMs of the examples' zips by CycloneDX's own schema.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tools/venv.sh

bin=$(venv cyclonedx-1 'cyclonedx-python-lib[json-validation]==11.12.0')
targets=()
files=()
for zip in hello/lambda_zip hello/system_zip hello/node_zip hello/os_only_zip many_functions/lambda_zip snapstart/lambda_zip; do
  targets+=("//examples/${zip%/*}:${zip#*/}")
  files+=("bazel-bin/examples/$zip.cdx.json")
done
tools/bazel build --noshow_progress --output_groups=sbom "${targets[@]}"
"$bin/python" - "${files[@]}" <<'PYTHON'
import sys
from pathlib import Path

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

errors = [
    f"{path}: {error}"
    for path in sys.argv[1:]
    if (error := JsonStrictValidator(SchemaVersion.V1_6).validate_str(Path(path).read_text()))
]
print("\n".join(errors) or f"CycloneDX: {len(sys.argv) - 1} documents, no finding")
sys.exit(bool(errors))
PYTHON
