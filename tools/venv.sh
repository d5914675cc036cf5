# shellcheck shell=bash
# Sourced by what runs Python programs of PyPI's.

# Makes a virtual environment with packages in a cache folder, once for each name; prints its `bin` folder.
# Usage: venv NAME-VERSION PACKAGE==VERSION …; a change of the packages takes another version.
venv() {
  local cache=${XDG_CACHE_HOME:-$HOME/.cache}/rules_rust_lambda/$1
  shift
  if [[ ! -e $cache/.complete ]]; then
    mkdir -p "$cache"
    python3 -m venv "$cache/venv"
    "$cache/venv/bin/pip" install --quiet --disable-pip-version-check "$@" >&2
    touch "$cache/.complete"
  fi
  echo "$cache/venv/bin"
}
