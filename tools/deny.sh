#!/usr/bin/env bash
# Checks the crates of the rules' tools and libraries by cargo-deny: their licences, sources and versions, and advisories about them.
#
# Arguments choose among the checks: `advisories` (which clones RustSec's database from GitHub), `bans`, `licenses`, `sources`; all by
# default. A cargo-deny on the PATH is taken; else one is compiled into a cache folder, once, which takes minutes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

version=0.20.2
if ! deny=$(type -P cargo-deny); then
  cache=${XDG_CACHE_HOME:-$HOME/.cache}/rules_rust_lambda/cargo-deny-$version
  deny=$cache/bin/cargo-deny
  [[ -e $deny ]] || cargo install --quiet --locked --root "$cache" "cargo-deny@$version"
fi

# The workspaces that a release is made of. Examples, tests and the benchmark are of no concern to who uses it.
git ls-files '*Cargo.lock' | grep -vE '(^|/)(bench|e2e|examples|starter|tests)/' | while read -r lock; do
  echo "== $(dirname "$lock")"
  "$deny" --manifest-path "$PWD/$(dirname "$lock")/Cargo.toml" check --config deny.toml "$@"
done
