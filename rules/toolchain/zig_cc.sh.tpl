#!/usr/bin/env bash
# Compiles C and C++ with zig for one target, and links programs and libraries of theirs. Called by Bazel's own rules, and by the build scripts
# of crates that hold C.
set -euo pipefail

# A build script runs in a folder of its own, so the way to zig starts at this file.
here=$(cd "${BASH_SOURCE[0]%/*}" && pwd)
execroot=${here%/%{folder}}
mode=cc
case ${0##*/} in *++*) mode=c++ ;; esac

refuse() {
  echo "${0##*/}: $1" >&2
  exit 1
}

# What a processor has, as zig names it: `armv8.2-a+crc` is `generic+v8_2a+crc`, and `x86-64-v3` is `x86_64_v3`.
processor=
name_processor() {
  local base=${1%%+*} part sign
  case $base in
    armv[89]*)
      base=${base#arm} base=${base//./_}
      processor=generic+${base/-/}
      ;;
    *) processor=${base//-/_} ;;
  esac
  [[ $1 == *+* ]] || return 0
  local IFS=+
  for part in ${1#*+}; do
    sign=+
    [[ $part != no* ]] || sign=- part=${part#no}
    case $part in
      fp) part=fp_armv8 ;;
      fp16) part=fullfp16 ;;
      memtag) part=mte ;;
      profile) part=spe ;;
      rng) part=rand ;;
      simd) part=neon ;;
    esac
    processor+=$sign$part
  done
}

is_source() {
  case $1 in *.c | *.i | *.s | *.S | *.cc | *.cpp | *.cxx | *.c++ | *.C | *.ii) return 0 ;; *) return 1 ;; esac
}
is_object() {
  case $1 in *.o | *.a | *.so | *.so.*) return 0 ;; *) return 1 ;; esac
}

arguments=()
links=1
# Without anything to link, the compiler is asked a question, as `--version`, or `-?` by the crate `cc`.
has_input=
links_cxx=
[[ $mode == cc ]] || links_cxx=1
# zig would write debug information unasked.
debug=-g0
add() {
  local argument=$1 part
  case $argument in
    --target=* | -Wl,-Bstatic | -Wl,-Bdynamic) return 0 ;;
    -mtune=native | -march=native* | -mcpu=native*)
      refuse "$argument is this machine's processor, which Lambda's need not be: name one, or leave it out"
      ;;
    # zig's are for x86_64 alone; what it changes is speed.
    -mtune=*) [[ %{target} == x86_64-* ]] || return 0 ;;
    -march=* | -mcpu=*)
      name_processor "${argument#*=}"
      argument=-mcpu=$processor
      ;;
    -fsanitize=*)
      refuse "$argument: a sanitizer's runtime has to be the first that a process loads, and a function's library is loaded by Python; this toolchain has none. Build what is to be sanitized for the machine that builds, as a test of it"
      ;;
    -Wp,*)
      local IFS=,
      for part in ${argument#-Wp,}; do
        arguments+=("$part")
        case $part in -MD | -MMD) arguments+=(-MF) ;; esac
      done
      return 0
      ;;
    @*)
      while IFS= read -r part; do add "$part"; done < <(xargs printf '%s\n' <"${argument#@}")
      return 0
      ;;
    -lc++ | -lstdc++) links_cxx=1 ;;
    -g0) ;;
    -g*) debug= ;;
    -c | -S | -E | -M | -MM | -fsyntax-only | -###) links= ;;
    -*) ;;
    *) if is_source "$argument" || is_object "$argument"; then has_input=1; fi ;;
  esac
  arguments+=("$argument")
}
for argument in "$@"; do add "$argument"; done

work=$(mktemp -d "${TMPDIR:-/tmp}/zig.XXXXXX")
trap 'rm -rf "$work"' EXIT
export ZIG_GLOBAL_CACHE_DIR=$work/cache ZIG_LOCAL_CACHE_DIR=$work/cache
if [[ $PWD == "$execroot" ]]; then
  # An action of Bazel's own, which takes no header of an absolute path for one of its inputs: zig would look up its own place.
  zig=%{zig}
  export ZIG_LIB_DIR=${zig%/*}/lib
fi
# Undefined-behaviour traps, which zig adds, are no business of a released function. No path tells where it was built.
compile() {
  "$execroot/%{zig}" "$mode" -fno-sanitize=undefined ${debug:+"$debug"} "-ffile-prefix-map=$execroot=." "$@" -target %{target}
}
if [[ -z $links || -z $has_input ]]; then
  compile "${arguments[@]}"
  exit
fi

# zig would make start files and stubs of glibc for each link anew, as the many of a `configure` script: five seconds each. C++'s standard
# library takes a minute.
flags=() linked=() sources=()
index=0
while ((index < ${#arguments[@]})); do
  argument=${arguments[index]}
  case $argument in
    -o | -L | -l | -Xlinker | -z | -u | -T)
      linked+=("$argument" "${arguments[++index]:-}")
      ;;
    -D | -I | -MF | -MQ | -MT | -U | -idirafter | -include | -iquote | -isystem | -x)
      flags+=("$argument" "${arguments[++index]:-}")
      ;;
    -l* | -L* | -Wl,* | -shared | -static* | -pie | -no-pie | -rdynamic) linked+=("$argument") ;;
    -*) flags+=("$argument") ;;
    *)
      if is_source "$argument"; then
        linked+=("$work/$index.o")
        sources+=("$index")
      elif is_object "$argument"; then
        linked+=("$argument")
      else
        flags+=("$argument")
      fi
      ;;
  esac
  ((++index))
done
for index in ${sources[@]+"${sources[@]}"}; do
  compile ${flags[@]+"${flags[@]}"} -c -o "$work/$index.o" "${arguments[index]}"
done
if [[ -n $links_cxx ]]; then
  # For as long as a build script runs: beside its folder, which is all that is kept of it.
  libcxx=${OUT_DIR:+$OUT_DIR.libcxx}
  libcxx=${libcxx:-$work/libcxx}
  if [[ ! -d $libcxx ]]; then
    "$execroot/%{libcxx_script}" "$execroot/%{zig}" %{libcxx_target} "$work/made"
    mv "$work/made" "$libcxx" 2>/dev/null || [[ -d $libcxx ]]
  fi
  linked+=("$libcxx/libc++.a" "$libcxx/libc++abi.a")
fi
"$here/zig-ld" "${linked[@]}"
