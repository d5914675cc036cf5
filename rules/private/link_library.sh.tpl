#!/usr/bin/env bash
# Links a library for Lambda: called by rustc as `gcc` would be, and calls what links in the C toolchain, whichever that is.
#
# Here is what no linker has an option for. A library exports only what these rules call, whatever its crates mark as `no_mangle`: rustc's
# own list is replaced, as a linker takes no two. It brings its unwinder along, which a runtime need not have. And what looks up the names
# of a backtrace's frames is cut out of what rustc compiled, but where the library keeps what it would read.
set -euo pipefail
# What is exported is named by a pattern.
set -o noglob

names_frames=%{names_frames}

work=$(mktemp -d "${TMPDIR:-/tmp}/link.XXXXXX")
trap 'rm -rf "$work"' EXIT

arguments=()
from_file=
has_exports=
add() {
  local part
  case $1 in
    @*)
      # rustc's file of arguments, where there are too many for a command line.
      from_file=1
      while IFS= read -r part; do add "$part"; done < <(xargs printf '%s\n' <"${1#@}")
      ;;
    -Wl,--version-script=*)
      [[ -z $has_exports ]] || return 0
      has_exports=1
      printf '%s\n' '{ global: %{exports} local: *; };' >"$work/exports"
      arguments+=("-Wl,--version-script=$work/exports")
      ;;
    -lgcc_s) arguments+=(-lgcc_eh -lgcc) ;;
    # Objects of libraries of C are in archives.
    *.rcgu.o)
      part=$1
      if [[ -z $names_frames ]]; then
        part=$work/${1##*/}
        %{build_tool} cut-symbolizer --object "$1" --output "$part"
      fi
      arguments+=("$part")
      ;;
    *) arguments+=("$1") ;;
  esac
}
for argument in "$@"; do add "$argument"; done

if [[ -n $from_file ]]; then
  printf '%s\n' "${arguments[@]}" | sed 's/[\\"'"'"' 	]/\\&/g' >"$work/arguments"
  arguments=("@$work/arguments")
fi
%{linker} "${arguments[@]}"
