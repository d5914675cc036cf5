#!/usr/bin/env bash
# Compiles C and C++ with zig, for one target. Called by the build scripts of crates that hold C.
set -euo pipefail

# A build script runs in a folder of its own, so the way to zig starts at this file.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
execroot=${here%/%{folder}}
mode=cc
case ${0##*/} in *++*) mode=c++ ;; esac

arguments=()
for argument in "$@"; do
  case $argument in
    --target=* | -march=armv8* | -Wp,* | -Wl,-Bstatic | -Wl,-Bdynamic) ;;
    *) arguments+=("$argument") ;;
  esac
done

cache=$(mktemp -d "${TMPDIR:-/tmp}/zig.XXXXXX")
trap 'rm -rf "$cache"' EXIT
export ZIG_GLOBAL_CACHE_DIR=$cache ZIG_LOCAL_CACHE_DIR=$cache
# Undefined-behaviour traps, which zig adds, are no business of a released function.
"$execroot/%{zig}" "$mode" -fno-sanitize=undefined "${arguments[@]}" -target %{target}
