#!/usr/bin/env bash
# Compiles the tools for a release: TOOL-OS_CPU files in a folder, as tools/release/archive.py takes them.
#
# For the machine that it runs on, or for the Rust targets that are named, which Cargo and a C compiler must be set up for. What is made
# on Linux runs where glibc is as new as that machine's.
# Usage: executables.sh FOLDER [TARGET…]
set -euo pipefail

folder=${1:?usage: executables.sh FOLDER [TARGET…]}
shift
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

targets=("$@")
((${#targets[@]})) || targets=("$(rustc -vV | sed -n 's/^host: //p')")

# No path of this machine's, so that another one's are the same where the compilers are.
sources=${CARGO_HOME:-$HOME/.cargo}
export RUSTFLAGS="${RUSTFLAGS:-} --remap-path-prefix=$sources=cargo --remap-path-prefix=$PWD=rules_rust_lambda"

for target in "${targets[@]}"; do
  case $target in
    aarch64-apple-darwin) platform=osx_aarch64 ;;
    aarch64-unknown-linux-*) platform=linux_aarch64 ;;
    x86_64-apple-darwin) platform=osx_x86_64 ;;
    x86_64-unknown-linux-*) platform=linux_x86_64 ;;
    *)
      echo "executables.sh: there are tools for Linux and macOS, on x86_64 and aarch64; not for $target" >&2
      exit 1
      ;;
  esac
  for tool in build_tool emulator deploy/deployer; do
    name=${tool##*/}
    cargo build --locked --profile dist --target "$target" --manifest-path "$tool/Cargo.toml" --target-dir "target/release-$name"
    cp "target/release-$name/$target/dist/$name" "$folder/$name-$platform"
  done
done
