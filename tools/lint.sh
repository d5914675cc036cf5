#!/usr/bin/env bash
# Lints the files that are named, or all of the repository's: how Rust is formatted, Starlark, Python, Markdown and shell scripts.
#
# The linters are those of the versions named here, which npm and pip fetch into a cache folder; rustfmt is the one of rust-toolchain.toml. The
# PATH's shellcheck is run if there is one, and said to be missing if there is none. With --write, what can be mended is. With --clippy, Clippy
# reads the Cargo packages of the files as well: seconds where their dependencies were checked before, and minutes the first time. All that is
# wrong is said before it fails.
# Usage: lint.sh [--write] [--clippy] [FILE…]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

write=0 clippy=0
while [[ ${1:-} == --* ]]; do
  case $1 in
    --write) write=1 ;;
    --clippy) clippy=1 ;;
    *)
      echo "lint.sh: no option $1; usage: lint.sh [--write] [--clippy] [FILE…]" >&2
      exit 2
      ;;
  esac
  shift
done

cache=${XDG_CACHE_HOME:-$HOME/.cache}/rules_rust_lambda/lint-2
mkdir -p "$cache"
if [[ ! -e $cache/.complete ]]; then
  npm install --silent --no-fund --no-audit --prefix "$cache" @bazel/buildifier@8.2.1
  python3 -m venv "$cache/venv"
  "$cache/venv/bin/pip" install --quiet --disable-pip-version-check ruff==0.17.6 mypy==2.4.1 markdown-it-py==4.3.0
  touch "$cache/.complete"
fi
bin=$cache/venv/bin

if (($#)); then
  files=("$@")
else
  mapfile -t files < <(git ls-files)
fi

starlark=() python=() markdown=() shell=() packages=()
for file in "${files[@]}"; do
  # git knows files that were deleted since.
  [[ -f $file ]] || continue
  case $file in
    # Programs as somebody may have written them.
    rewriter/tests/corpus/*.rs | rewriter/tests/corpus/*Cargo.toml) ;;
    # What the benchmark writes.
    docs/allocators.md | docs/benchmark.md | docs/cold_start.md | docs/soak.md | docs/workloads.md) ;;
    *.bzl | *.bazel) starlark+=("$file") ;;
    *.py) python+=("$file") ;;
    *.md) markdown+=("$file") ;;
    *.sh | .ci/run | tools/bazel | tools/check | tools/new) shell+=("$file") ;;
    *.rs | */Cargo.toml)
      folder=${file%/*}
      until [[ -e $folder/Cargo.toml || $folder != */* ]]; do
        folder=${folder%/*}
      done
      # Sources of Bazel's targets alone are in none.
      if grep -qs '^\[package\]' "$folder/Cargo.toml"; then
        packages+=("$folder")
      fi
      ;;
  esac
done

status=0
# Runs what is given; a failure is one of the whole.
check() { "$@" || status=1; }

if ((${#packages[@]})); then
  mode=--check
  ((write)) && mode=
  while IFS= read -r package; do
    check cargo fmt --manifest-path "$package/Cargo.toml" ${mode:+"$mode"}
    if ((clippy)); then
      check cargo clippy --quiet --all-targets --manifest-path "$package/Cargo.toml" -- -D warnings
    fi
  done < <(printf '%s\n' "${packages[@]}" | sort -u)
fi
if ((${#starlark[@]})); then
  if ((write)); then
    check "$cache/node_modules/.bin/buildifier" -mode=fix -lint=fix "${starlark[@]}"
  fi
  check "$cache/node_modules/.bin/buildifier" -mode=check -lint=warn "${starlark[@]}"
fi
if ((${#python[@]})); then
  if ((write)); then
    check "$bin/ruff" check --quiet --fix "${python[@]}"
    check "$bin/ruff" format --quiet "${python[@]}"
  fi
  check "$bin/ruff" check "${python[@]}"
  check "$bin/ruff" format --check "${python[@]}"
  # One at a time, since several are named alike.
  for file in "${python[@]}"; do
    check "$bin/mypy" --strict --no-error-summary "$file"
  done
fi
if ((${#markdown[@]})); then
  mode=
  ((write)) && mode=--write
  check "$bin/python" tools/markdown.py ${mode:+"$mode"} "${markdown[@]}"
fi
if ((${#shell[@]})); then
  if type -P shellcheck >/dev/null; then
    check shellcheck --severity=warning --external-sources "${shell[@]}"
  else
    echo "lint.sh: shellcheck is not in the PATH; not checked: ${shell[*]}" >&2
  fi
fi
# Each piece of unsafe code has a reason, and docs/unsafe.md lists it.
check tools/unsafe_blocks.py --check
exit "$status"
