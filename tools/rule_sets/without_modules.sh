#!/usr/bin/env bash
# Makes a bazelrc for workspaces without modules, and prints its path.
#
# For the Bazel that tools/registries_only makes. The modules that its bazelrc overrides by Debian's copies become repositories
# that take the place of those that a WORKSPACE file declares under the same names.
# Usage: without_modules.sh BAZELRC_OF_REGISTRIES_ONLY
set -euo pipefail

debian=${1:?usage: without_modules.sh BAZELRC}
output=$(dirname "$debian")/without_modules.bazelrc

if [[ -n ${RULE_SETS:-} ]]; then
  echo "tools/bazel: RULE_SETS is for workspaces with a MODULE.bazel; unset it here" >&2
  exit 1
fi

# Another run may write it at the same time.
{
  sed -e '/^common --noenable_workspace$/d' -e '/^common --registry=/d' -e '/^common --lockfile_mode=/d' \
    -e 's/^common --override_module=/common --override_repository=/' "$debian"
  # In the Cargo home that is set there is the user's configuration, which may name a mirror.
  echo "common --repo_env=CARGO_BAZEL_ISOLATED=false"
} >"$output.$$"
mv -f "$output.$$" "$output"
echo "$output"
