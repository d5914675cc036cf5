#!/usr/bin/env bash
# Links as `gcc` would, with zig's LLD and a sysroot. Called by rustc with arguments for a C compiler's driver.
set -euo pipefail
# Arguments are split below, and none is a pattern of files.
set -o noglob

# The files of the toolchain, from where rustc calls this; a build script calls it, through `zig-cc`, from a folder of its own.
here=$(cd "${BASH_SOURCE[0]%/*}" && pwd)
execroot=${here%/%{folder}}
from=
[[ $PWD == "$execroot" ]] || from=$execroot/

arguments=()
folders=()
# C++'s standard library under any of its names.
cxx_libraries=()
start=Scrt1.o
previous=
add() {
  local part
  [[ $previous != -L ]] || folders+=("$1")
  previous=$1
  case $1 in
    -Wl,*)
      local IFS=,
      for part in ${1#-Wl,}; do add "$part"; done
      ;;
    @*)
      # rustc's file of arguments, where there are too many for a command line.
      while IFS= read -r part; do add "$part"; done < <(xargs printf '%s\n' <"${1#@}")
      ;;
    -fsanitize=*)
      echo "zig-ld: $1: a sanitizer's runtime has to be the first that a process loads, and a function's library is loaded by Python; this toolchain has none" >&2
      exit 1
      ;;
    -Xlinker | -m32 | -m64 | -march=* | -mcpu=* | -mtune=* | -g* | -O* | -f* | -nodefaultlibs | -nostartfiles | -nostdlib | -pthread | -rdynamic | -shared-libgcc | -static-libgcc | -static-libstdc++) ;;
    -L?*) folders+=("${1#-L}") arguments+=("$1") ;;
    -lc++ | -lc++abi | -lc++experimental | -lstdc++ | -lstdc++fs | -lsupc++) cxx_libraries+=("${1#-l}") ;;
    -shared) start= arguments+=("$1") ;;
    -no-pie | -static) start=crt1.o ;;
    *) arguments+=("$1") ;;
  esac
}
for argument in "$@"; do add "$argument"; done

# A crate asks for it by the name that it has elsewhere. It is linked where its archives are named (`//rules:cxx_runtime`): what is not found is
# this one, or is not needed; what is needed, and not there, is told by its symbols.
for library in ${cxx_libraries[@]+"${cxx_libraries[@]}"}; do
  for folder in ${folders[@]+"${folders[@]}"}; do
    if [[ -e $folder/lib$library.a || -e $folder/lib$library.so ]]; then
      arguments+=("-l$library")
      break
    fi
  done
done

sysroot=${from}%{sysroot}
if [[ -n $start ]]; then
  arguments=("$sysroot/$start" -dynamic-linker %{dynamic_linker} "${arguments[@]}")
fi
work=$(mktemp -d "${TMPDIR:-/tmp}/link.XXXXXX")
trap 'rm -rf "$work"' EXIT
status=0
"${from}%{zig}" ld.lld -m %{emulation} --hash-style=gnu --eh-frame-hdr "${arguments[@]}" \
  -L "$sysroot" -lc -lc_nonshared -lgcc_eh -lcompiler_rt 2>"$work/errors" || status=$?
[[ ! -s $work/errors ]] || echo "$(<"$work/errors")" >&2
if ((status != 0)); then
  # Behind what rustc shows of a linker's words, which ends with the last of them.
  "${from}%{build_tool}" explain-linker --log "$work/errors" --glibc %{glibc} >&2 || true
fi
exit "$status"
