#!/usr/bin/env bash
# Compiles C and C++ with zig, and links C, for one target. Called by Bazel's own rules, and by the build scripts of crates that hold C.
set -euo pipefail

# A build script runs in a folder of its own, so the way to zig starts at this file.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
execroot=${here%/%{folder}}
mode=cc
case ${0##*/} in *++*) mode=c++ ;; esac

arguments=()
links=1
for argument in "$@"; do
  case $argument in
    --target=* | -march=armv8* | -Wp,* | -Wl,-Bstatic | -Wl,-Bdynamic) continue ;;
    -c | -S | -E | -M | -MM | -fsyntax-only | --version | -v | -V | -dump* | -print* | --print* | --help | -###) links= ;;
  esac
  arguments+=("$argument")
done

cache=$(mktemp -d "${TMPDIR:-/tmp}/zig.XXXXXX")
trap 'rm -rf "$cache"' EXIT
export ZIG_GLOBAL_CACHE_DIR=$cache ZIG_LOCAL_CACHE_DIR=$cache
if [[ $PWD == "$execroot" ]]; then
  # An action of Bazel's own, which takes no header of an absolute path for one of its inputs: zig would look up its own place.
  zig=%{zig}
  export ZIG_LIB_DIR=${zig%/*}/lib
fi
# Undefined-behaviour traps, which zig adds, are no business of a released function.
compile() { "$execroot/%{zig}" "$mode" -fno-sanitize=undefined "$@" -target %{target}; }
if [[ -z $links || $mode != cc ]]; then
  compile "${arguments[@]}"
  exit
fi

# zig would make start files and stubs of glibc for each link anew, as the many of a `configure` script: five seconds each.
flags=() linked=()
index=0
while ((index < ${#arguments[@]})); do
  argument=${arguments[index]}
  case $argument in
    -o | -L | -l | -Xlinker | -z | -u | -T)
      linked+=("$argument" "${arguments[++index]:-}")
      ;;
    -l* | -L* | -Wl,* | -shared | -static* | -pie | -no-pie | -rdynamic | *.o | *.a | *.so | *.so.*) linked+=("$argument") ;;
    *.c | *.i | *.s | *.S) linked+=("$cache/$index.o") ;;
    *) flags+=("$argument") ;;
  esac
  ((++index))
done
for index in "${!arguments[@]}"; do
  case ${arguments[index]} in
    *.c | *.i | *.s | *.S) compile "${flags[@]}" -c -o "$cache/$index.o" "${arguments[index]}" ;;
  esac
done
"$here/zig-ld" "${linked[@]}"
