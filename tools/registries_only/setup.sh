#!/usr/bin/env bash
# Makes a Bazel from Debian's packages in a cache folder, and prints the path of a bazelrc for it.
#
# For machines that reach package registries (Debian, crates.io, PyPI) and not the places where Bazel, its
# modules and cargo-bazel are published. Needs apt-get, dpkg-deb, python3 and cargo; neither root nor any
# change to the host. What is done is said on stderr. A finished set-up is marked by a stamp, written last:
# an interrupted one is repaired by the next run, and a lock lets one run at a time do the work.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/rules_rust_lambda
# The contents of these scripts name the set-up: a changed script makes a new one.
key=$(cat "$here"/*.sh "$here"/*.py | cksum | cut -d' ' -f1)
prefix=$cache/bazel-7.7.1-$key
bazelrc=$prefix/bazelrc

say() { echo "tools/bazel: $*" >&2; }

if [[ -e $prefix/.complete ]]; then
  echo "$bazelrc"
  exit
fi

missing=()
for command in apt-get dpkg-deb python3 cargo flock; do
  type -P "$command" >/dev/null || missing+=("$command")
done
[[ $(uname -sm) == "Linux x86_64" ]] || missing+=("Linux on x86_64 (this is $(uname -sm))")
if ((${#missing[@]})); then
  say "no way to run Bazel was found. Any one of these gives it:"
  say "  - install bazelisk, and put it on the PATH (the usual way, with internet access);"
  say "  - put a Bazel of version 7.1 or later on the PATH;"
  say "  - set BAZEL_REAL to the path of such a Bazel;"
  say "  - on a Debian machine for x86_64 that reaches package registries only, let this script set it up."
  say "    It lacks here: $(printf '%s; ' "${missing[@]}" | sed 's/; $//')"
  exit 1
fi

mkdir -p "$cache"
exec 9>"$cache/lock"
if ! flock -n 9; then
  say "another run is setting Bazel up in $cache; waiting for it"
  flock 9
fi
# The other run may have finished it.
if [[ ! -e $prefix/.complete ]]; then
  say "setting up Bazel 7.7.1 from Debian's packages in $prefix (once; nothing outside is changed)"
  rm -rf "$prefix"
  mkdir -p "$prefix"
  log=$prefix/setup.log
  step() {
    local what=$1
    shift
    say "  $what"
    if ! "$@" >>"$log" 2>&1; then
      tail -n 20 "$log" >&2
      say "failed: $what. The whole log is $log. The next run starts anew."
      exit 1
    fi
  }
  step "Bazel and its rule packages (150 MB of packages, half a minute)" "$here/unpack_debian_packages.sh" "$prefix"
  # A Cargo home of its own, since cargo-bazel 0.15.0 must find the registry's index in it (see below).
  cargo_home=$cache/cargo-home
  mkdir -p "$cargo_home"
  for file in config.toml credentials.toml; do
    if [[ -e ${CARGO_HOME:-$HOME/.cargo}/$file ]]; then
      ln -sfn "${CARGO_HOME:-$HOME/.cargo}/$file" "$cargo_home/$file"
    fi
  done
  if [[ ! -x $cargo_home/bin/cargo-bazel ]]; then
    step "cargo-bazel 0.15.0, compiled from crates.io (five minutes)" \
      env CARGO_HOME="$cargo_home" cargo install --locked --quiet --version 0.15.0 cargo-bazel
  fi
  # It looks for the index under the hash that Cargo gave it before version 1.85.
  for index in "$cargo_home"/registry/index/*; do
    # A link of an earlier set-up's.
    [[ -L $index ]] && continue
    ln -sfn "${index##*/}" "${index%-*}-6f17d22bba15001f"
  done
  step "the bazelrc" python3 "$here/write_bazelrc.py" \
    --prefix "$prefix" --cargo-home "$cargo_home" --workspace "$here/../.." --output "$bazelrc"
  touch "$prefix/.complete"
  say "done"
fi
echo "$bazelrc"
