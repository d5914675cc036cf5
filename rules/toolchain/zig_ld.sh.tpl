#!/usr/bin/env bash
# Links as `gcc` would, with zig's LLD and a sysroot. Called by rustc with arguments for a C compiler's driver.
set -euo pipefail
# What is exported is named by a pattern.
set -o noglob

# The files of the toolchain, from where rustc calls this; a build script calls it, through `zig-cc`, from a folder of its own.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
execroot=${here%/%{folder}}
from=
[[ $PWD == "$execroot" ]] || from=$execroot/

arguments=()
start=Scrt1.o
add() {
  local part
  case $1 in
    -Wl,*)
      local IFS=,
      for part in ${1#-Wl,}; do add "$part"; done
      ;;
    @*)
      # rustc's file of arguments, where there are too many for a command line.
      while IFS= read -r part; do add "$part"; done < <(xargs printf '%s\n' <"${1#@}")
      ;;
    -Xlinker | -m64 | -m32 | -g* | -O* | -f* | -nodefaultlibs | -nostartfiles | -nostdlib | -pthread | -march=* | -rdynamic) ;;
    -shared) start= arguments+=("$1") ;;
    -no-pie | -static) start=crt1.o ;;
    *) arguments+=("$1") ;;
  esac
}
for argument in "$@"; do add "$argument"; done

sysroot=${from}%{sysroot}
if [[ -n $start ]]; then
  arguments=("$sysroot/$start" -dynamic-linker %{dynamic_linker} "${arguments[@]}")
fi
work=$(mktemp -d "${TMPDIR:-/tmp}/link.XXXXXX")
trap 'rm -rf "$work"' EXIT
status=0
"${from}%{zig}" ld.lld -m %{emulation} --hash-style=gnu --eh-frame-hdr "${arguments[@]}" \
  -L "$sysroot" -lc -lc_nonshared -lcompiler_rt 2>"$work/errors" || status=$?
cat "$work/errors" >&2
if ((status != 0)); then
  # Behind what rustc shows of a linker's words, which ends with the last of them.
  "${from}%{build_tool}" explain-linker --log "$work/errors" --glibc %{glibc} >&2 || true
fi
exit "$status"
