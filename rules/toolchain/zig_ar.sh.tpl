#!/usr/bin/env bash
# Archives objects with zig's copy of llvm-ar.
set -euo pipefail

here=$(cd "${BASH_SOURCE[0]%/*}" && pwd)
execroot=${here%/%{folder}}
exec "$execroot/%{zig}" ar "$@"
