#!/usr/bin/env bash
# Makes a bazelrc that puts rule sets of a folder in place of Debian's copies, and prints its path.
#
# For the Bazel that tools/registries_only makes. RULE_SETS holds a folder for each Bazel module, with the
# module's name (rules_rust, rules_cc, …). The bazelrc fits one workspace, the one that holds the current folder,
# and is written anew each time, since it depends on what that workspace's MODULE.bazel says.
# Usage: setup.sh BAZELRC_OF_REGISTRIES_ONLY RULE_SETS
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
debian=${1:?usage: setup.sh BAZELRC RULE_SETS}
rule_sets=$(cd "${2:?usage: setup.sh BAZELRC RULE_SETS}" && pwd -P)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/rules_rust_lambda

say() { echo "tools/bazel: $*" >&2; }

workspace=$PWD
until [[ -e $workspace/MODULE.bazel ]]; do
  if [[ -z $workspace ]]; then
    say "neither $PWD nor a folder above it has a MODULE.bazel"
    exit 1
  fi
  workspace=${workspace%/*}
done

# crate_universe's generator, as rules_rust compiles it for itself where nobody gives it one, but once for all
# workspaces: from the sources that are among the rule set's, so that both are of one version.
generator=()
crate_universe=$rule_sets/rules_rust/crate_universe
if [[ -e $crate_universe/Cargo.lock ]]; then
  key=$(cd "$crate_universe" && find Cargo.toml Cargo.lock src -type f -print0 | sort -z | xargs -0 cat | cksum | cut -d' ' -f1)
  tool=$cache/cargo-bazel-$key
  if [[ ! -x $tool/bin/cargo-bazel ]]; then
    mkdir -p "$cache"
    exec 9>"$cache/lock"
    flock 9
    # Another run may have compiled it meanwhile.
    if [[ ! -x $tool/bin/cargo-bazel ]]; then
      say "compiling cargo-bazel from $crate_universe (once; some minutes)"
      # In a folder of nobody's, so that rustup takes the machine's Rust, not one that a rust-toolchain.toml names.
      if ! (cd / && cargo install --locked --quiet --path "$crate_universe" --root "$tool" --target-dir "$tool/target") >&2; then
        say "failed: cargo-bazel. The next run starts anew."
        exit 1
      fi
      rm -rf "$tool/target"
    fi
    exec 9>&-
  fi
  generator=(--generator "$tool/bin/cargo-bazel")
fi

output=$cache/rule_sets-$(printf '%s\n' "$debian" "$rule_sets" "$workspace" | cksum | cut -d' ' -f1)
python3 "$here/write_rule_sets_bazelrc.py" \
  --debian "$debian" --rule-sets "$rule_sets" --workspace "$workspace" --output "$output" "${generator[@]}"
echo "$output/bazelrc"
