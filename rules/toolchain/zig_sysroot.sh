#!/usr/bin/env bash
# Makes a sysroot to link with: what of a glibc's version a linker needs, as zig makes it from its description.
#
# zig compiles start files, an unwinder and compiler support, and stubs that hold the names and versions of
# glibc's symbols. Linking with these takes a linker and no zig cache.
# Usage: zig_sysroot.sh ZIG TARGET OUTPUT
set -euo pipefail

zig=$(cd "${1%/*}" && pwd)/${1##*/} target=$2
mkdir -p "$3"
output=$(cd "$3" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/zig.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"
# Archives name their members by paths in the cache, which are the same everywhere if that is relative.
export ZIG_GLOBAL_CACHE_DIR=cache ZIG_LOCAL_CACHE_DIR=cache

echo 'int main(void) { return 0; }' >main.c
# Without debug information: a fifth less to make, and the same bytes in a library.
for kind in -pie -no-pie; do
  "$zig" cc -target "$target" "$kind" -s -fno-sanitize=undefined -o main main.c \
    -lunwind -lm -lpthread -ldl -lrt -lutil -lresolv -lc
done

# made PATTERN: whether zig made such a file, and which in `found`.
made() {
  found=
  for found in cache/o/*/$1; do
    [[ ! -e $found ]] || return 0
  done
  return 1
}
take() {
  made "$1" || { echo "zig made no $1 for $target" >&2; exit 1; }
  cp "$found" "$output/$2"
}
for library in c m; do
  take "lib$library.so.*" "lib$library.so"
done
# From glibc 2.34 on, libc holds these too, and zig makes no stubs of them; who asks for them gets nothing.
for library in pthread dl rt util resolv; do
  if made "lib$library.so.*"; then
    take "lib$library.so.*" "lib$library.so"
  else
    printf '!<arch>\n' >"$output/lib$library.a"
  fi
done
take Scrt1.o Scrt1.o
take crt1.o crt1.o
take libc_nonshared.a libc_nonshared.a
take libcompiler_rt.a libcompiler_rt.a
# Rust's standard library asks for GCC's unwinder.
take libunwind.a libgcc_s.a
take libunwind.a libgcc_eh.a
# What GCC has in these is in zig's compiler support, which is linked behind all else. It holds memcpy and the like as well, slower ones than
# glibc's, which would be taken if it came before that.
for library in gcc atomic; do
  printf '!<arch>\n' >"$output/lib$library.a"
done
