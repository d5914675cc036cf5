"""Zips of one program for an old and a new glibc, with a test of each."""

load("@rules_rust_lambda//rules:defs.bzl", "rust_lambda_test", "rust_lambda_zip")

# A runtime on Amazon Linux 2, and one on Amazon Linux 2023.
_RUNTIMES = {
    "2_26": "python3.11",
    "2_34": "python3.13",
}

def functions(name, deps, srcs = None):
    """Declares `NAME_2_26_zip` and `NAME_2_34_zip`, named after their glibc, and their tests.

    Args:
      name: the program's name, also that of its source in `src/` and its event in `testdata/`.
      deps: the crates that it uses, besides those of all programs.
      srcs: its sources, if they are elsewhere.
    """
    for glibc, runtime in _RUNTIMES.items():
        rust_lambda_zip(
            name = "{}_{}_zip".format(name, glibc),
            srcs = srcs or ["src/{}.rs".format(name)],
            architecture = select({
                "@platforms//cpu:aarch64": "arm64",
                "//conditions:default": "x86_64",
            }),
            crate_name = name + "_program",
            edition = "2021",
            runtime = runtime,
            deps = deps,
        )
        rust_lambda_test(
            name = "{}_{}_test".format(name, glibc),
            events = {"testdata/{}.json".format(name): "testdata/{}.response.json".format(name)},
            zip = ":{}_{}_zip".format(name, glibc),
        )
