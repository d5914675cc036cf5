#!/usr/bin/env bash
# Makes a release: its executables, archive, checksums and notes, in a folder. What it makes is for somebody to look at and to publish.
#
# The tree is clean, and CHANGELOG.md has a section for the version. Where the tree has another version, that is written and committed; an
# archive is made of a commit. The executables are those of this machine, unless Rust targets are named (as for executables.sh); those
# of other kinds of machines are put into the folder before, as machines of theirs make them. With `--no-executables`, what is there is taken.
#
# Usage: release.sh VERSION FOLDER URL [TARGET… | --no-executables]
#   URL  where the folder's files will be found, as `https://github.com/OWNER/NAME/releases/download/vVERSION`; `file://FOLDER`, to try it.
set -euo pipefail

usage="usage: release.sh VERSION FOLDER URL [TARGET… | --no-executables]"
version=${1:?$usage}
folder=${2:?$usage}
url=${3:?$usage}
shift 3
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

if [[ -n $(git status --porcelain) ]]; then
  echo "release.sh: the tree has changes that are not committed, which would not be in the archive; commit them, or take them out" >&2
  exit 1
fi
tools/release/notes.py --changes "$version" >/dev/null
tools/release/version.py "$version"
if [[ -n $(git status --porcelain) ]]; then
  git commit --quiet --all --message "Version $version"
fi
if [[ ${1:-} != --no-executables ]]; then
  tools/release/executables.sh "$folder" "$@"
fi
tools/release/archive.py "$folder" "${url%/}"
tools/release/notes.py "$folder" "${url%/}"
echo "release.sh: tag $(git rev-parse --short HEAD) as v$version; try it by e2e/release.py $folder" >&2
