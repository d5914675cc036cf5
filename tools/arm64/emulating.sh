#!/usr/bin/env bash
# Runs a command where the kernel starts programs for arm64 by qemu-user, however deep below it they are started, and in roots of their own.
#
# It is run in a user namespace of its own, whose kinds of programs are nobody else's: that takes Linux 6.7 or later, and a user who may
# make namespaces.
#
# Usage: unshare --user --map-root-user --mount emulating.sh QEMU COMMAND ARGUMENT…
set -euo pipefail

qemu=$1
shift
kinds=/proc/sys/fs/binfmt_misc
if ! mount -t binfmt_misc none "$kinds"; then
  echo "emulating.sh: a namespace has no kinds of programs of its own here, which takes Linux 6.7 or later with binfmt_misc" \
    "(as root, \`modprobe binfmt_misc\`); this is $(uname -r)" >&2
  exit 1
fi
magic='\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00'
mask='\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff'
# P: programs keep the name that they are started by. F: qemu is opened now, so it need not be in the roots.
echo ":arm64:M::$magic:$mask:$qemu:PF" >"$kinds/register"
exec "$@"
