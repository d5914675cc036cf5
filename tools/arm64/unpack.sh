#!/usr/bin/env bash
# Unpacks qemu-user and a CPython for arm64, as Debian's suite forky has them, into the current folder: qemu-aarch64, a program of this
# machine's; root, a folder with what programs for arm64 load; and bin/python3.
#
# Usage: unpack.sh DEBIAN.SH
set -euo pipefail

# shellcheck source=tools/debian.sh
source "$1"
work=$PWD/work
mkdir -p "$work/arm64" "$work/amd64" root bin
debian_lists "$work" forky amd64 arm64
python=python3.13
(
  cd "$work/arm64"
  # The runtime client is in C++.
  packages=("$python-minimal" "lib$python-minimal" "lib$python-stdlib" libc6 libgcc-s1 libstdc++6
    libexpat1 zlib1g libssl3t64 libffi8 libbz2-1.0 liblzma5 libuuid1 libzstd1)
  apt-get "${apt[@]}" download "${packages[@]/%/:arm64}"
)
for deb in "$work"/arm64/*.deb; do dpkg-deb -x "$deb" root; done
# Where programs look for their loader.
ln -s usr/lib root/lib
# Python finds its library by the place of the program behind the link.
ln -s "../root/usr/bin/$python" bin/python3
(cd "$work/amd64" && apt-get "${apt[@]}" download qemu-user:amd64)
dpkg-deb --fsys-tarfile "$work"/amd64/*.deb | tar -x --strip-components=3 ./usr/bin/qemu-aarch64
rm -rf "$work" root/usr/share root/etc
# Links to what is configured on a system, and to what was taken away: Bazel takes no folder that has links to nothing.
find root -xtype l -delete
./qemu-aarch64 -L root bin/python3 -I -c "import ctypes, json, platform, ssl; assert platform.machine() == 'aarch64'"
