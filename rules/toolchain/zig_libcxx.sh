#!/usr/bin/env bash
# Makes C++'s standard library to link with, as zig makes it from its sources: libc++.a, and libc++abi.a with what a compiler of C++ calls.
#
# Apart from the sysroot, since it takes ten times as long, and few need it.
# Usage: zig_libcxx.sh ZIG TARGET FOLDER
set -euo pipefail

zig=$(cd "${1%/*}" && pwd)/${1##*/} target=$2
mkdir -p "$3"
folder=$(cd "$3" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/zig.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"
# Archives name their members by paths in the cache, which are the same everywhere if that is relative.
export ZIG_GLOBAL_CACHE_DIR=cache ZIG_LOCAL_CACHE_DIR=cache

echo 'int main() { return 0; }' >main.cc
"$zig" c++ -target "$target" -pie -s -fno-sanitize=undefined -o main main.cc

for library in libc++.a libc++abi.a; do
  found=(cache/o/*/"$library")
  [[ -e ${found[0]} ]] || { echo "zig made no $library for $target" >&2; exit 1; }
  cp "${found[0]}" "$folder/$library"
done
