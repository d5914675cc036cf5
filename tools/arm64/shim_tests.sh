#!/usr/bin/env bash
# Runs the tests of what a library has for arm64, on x86_64: shim/library and shim/bridge, compiled by Cargo, linked by zig, under qemu-user.
#
# They start themselves as further processes, which a namespace of this script's has the kernel run by qemu-user as well: that takes Linux
# 6.7 or later, and a user who may make namespaces. Nothing outside is changed, but for a cache folder and rustup's target for arm64.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source tools/venv.sh

target=aarch64-unknown-linux-gnu
bin=$(venv zig-1 ziglang==0.15.2)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/rules_rust_lambda/arm64-1
if [[ ! -e $cache/.complete ]]; then
  rm -rf "$cache"
  mkdir -p "$cache"
  (cd "$cache" && "$OLDPWD/tools/arm64/unpack.sh" "$OLDPWD/tools/debian.sh" >&2)
  touch "$cache/.complete"
fi
if command -v rustup >/dev/null; then
  rustup target add "$target"
fi

# zig takes no target in Clang's words, nor this option, which rustc gives to linkers.
cat >"$cache/cc" <<END
#!/usr/bin/env bash
arguments=()
for argument in "\$@"; do
  case \$argument in
    --target=* | -Wl,--fix-cortex-a53-843419) ;;
    *) arguments+=("\$argument") ;;
  esac
done
exec "$bin/python" -m ziglang cc "\${arguments[@]}" -target aarch64-linux-gnu.2.34
END
# Has programs for arm64 find the C library where they look for it, and the kernel start them by qemu-user.
cat >"$cache/namespace" <<END
#!/usr/bin/env bash
set -euo pipefail
mount -t overlay overlay -o "lowerdir=$cache/root/usr/lib:/usr/lib" /usr/lib
exec "$PWD/tools/arm64/emulating.sh" "$cache/qemu-aarch64" "\$@"
END
chmod +x "$cache/cc" "$cache/namespace"

export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=$cache/cc CC_aarch64_unknown_linux_gnu=$cache/cc
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER="unshare --user --map-root-user --mount $cache/namespace"
# Graviton2's CPU: what newer ones have besides is an illegal instruction.
export QEMU_CPU=neoverse-n1
for workspace in shim/library shim/bridge; do
  (cd "$workspace" && cargo test --target "$target" --lib --tests "$@")
done
