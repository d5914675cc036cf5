# shellcheck shell=bash
# Sourced by what unpacks Debian's packages, without root and without changing the host.

# Sets `apt` to options of apt-get for a suite, with lists of their own below a folder, and fetches these.
# Debian's mirror is the one that this machine's apt already uses.
# Usage: debian_lists FOLDER SUITE ARCHITECTURE…
debian_lists() {
  local folder=$1 suite=$2 mirror architecture
  local keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  shift 2
  mkdir -p "$folder/lists/partial"
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | sort -u | grep -v security | head -n 1)
  [[ -n $mirror ]] || { echo "apt has no source for Debian's packages: see sources.list(5)" >&2; return 1; }
  local IFS=,
  echo "deb [signed-by=$keyring arch=$*] $mirror $suite main" >"$folder/sources.list"
  apt=(
    -q
    -o Dir::Etc::sourcelist="$folder/sources.list" -o Dir::Etc::sourceparts=/dev/null
    -o Dir::State::lists="$folder/lists" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=
    -o APT::Get::List-Cleanup=0 -o APT::Sandbox::User=root -o Acquire::Languages=none -o Acquire::Retries=3
  )
  for architecture in "$@"; do
    apt+=(-o "APT::Architectures::=$architecture")
  done
  apt-get "${apt[@]}" update
}
