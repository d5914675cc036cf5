"""What of zig's package is an input of which action."""

load("//rules/toolchain:architectures.bzl", "ARCHITECTURES")

# What zig carries for other systems than Linux with glibc, and for itself.
_UNUSED = [
    "lib/build-web/**",
    "lib/c/**",
    "lib/docs/**",
    "lib/init/**",
    "lib/libc/darwin/**",
    "lib/libc/freebsd/**",
    "lib/libc/mingw/**",
    "lib/libc/musl/**",
    "lib/libc/netbsd/**",
    "lib/libc/wasi/**",
    "lib/libtsan/**",
    "lib/lldb/**",
]

def zig_files(name):
    """Declares the targets of a zig repository: `zig`, the program, and what it compiles C with.

    Args:
      name: the name of the target that has what zig compiles with.
    """
    includes = [
        "lib/libc/include/{}/**".format(folder)
        for folder in ["any-linux-any", "generic-glibc"] +
                      [folder for architecture in ARCHITECTURES.values() for folder in architecture.zig_includes]
    ]
    native.exports_files(["zig"])
    native.filegroup(
        name = name,
        srcs = native.glob(["lib/**"], exclude = _UNUSED + ["lib/libc/include/**"]) + native.glob(
            includes,
            # Versions of zig differ in what they have.
            allow_empty = True,
        ),
    )
