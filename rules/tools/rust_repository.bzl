"""The Rust that compiles the rules' own tools, where a release has none, and the Cargo that fetches what libraries are linked with.

It is apart from the Rust that a workspace chose for its programs, and from that of rules_rust's host tools, which may be too old for
the tools, or none.
"""

_VERSION = "1.93.1"

# By the host, the SHA-256 of the components' archives.
_SHA256 = {
    "aarch64-apple-darwin": {
        "cargo": "ecd50b093656061366c5af1184af10d883f21bddb482a9c2142fe860c0f671b2",
        "rust-std": "dd278e6eb993ddffb190442ca11ed1e118c1edaf04114910e3c8c652f6423f65",
        "rustc": "d103a0ee04c121b30cf061c7ad1456daaebd7ff0a7ea5fdb64acf92d86cb25fd",
    },
    "aarch64-unknown-linux-gnu": {
        "cargo": "0788df66f965bff56643661d30d42a52bf77423185a8081ef81aebc2ba7d6f05",
        "rust-std": "56f2cd66ad7167dd6924ff095063ffddfe731812a1909b9200bb0ee21982fc47",
        "rustc": "7c48ea79360f88145866ebee8dfe1c8971f008c69efe41d69c03ac72ad7ee0a7",
    },
    "x86_64-apple-darwin": {
        "cargo": "2ee02e5a4f3822c4fb66a43d2955cedd84209b687c871a6dbdce30e4386bd53b",
        "rust-std": "f378a2bdca73a20f3b87cc1937bbf153a85fa8fb8c06073728ebeece03441f96",
        "rustc": "a01c41b79eac82ae9666b3e2487c14740b5fdde0b1d1d1f4c8932f1923bee3d6",
    },
    "x86_64-unknown-linux-gnu": {
        "cargo": "dbf12e8fd2a245a6bdd9f6c8df267cb2c25b0c56866ee91d8321337df0a00ddb",
        "rust-std": "82c4e41268f1741e4eb68796aeb6ca5042406ae858dd56144155c4ef8d87d8b6",
        "rustc": "b9db2636f5a101c4cdaf46a26f8a0c8e4b5767ecdb02ae9c7ccc3ead577732bc",
    },
}

# Where the Rust project publishes releases; rustup's own variable names a mirror.
_MIRROR_VARIABLE = "RUSTUP_DIST_SERVER"
_DEFAULT_SERVER = "https://static.rust-lang.org"

def _host_triple(repository_ctx):
    systems = {"linux": "unknown-linux-gnu", "mac os x": "apple-darwin"}
    cpus = {"aarch64": "aarch64", "amd64": "x86_64", "x86_64": "x86_64"}
    system = repository_ctx.os.name.lower()
    cpu = repository_ctx.os.arch
    if system not in systems or cpu not in cpus:
        fail("rules_rust_lambda's tools run on Linux and macOS, on x86_64 and arm64; this is {} on {}.".format(system, cpu))
    return "{}-{}".format(cpus[cpu], systems[system])

def _rust_repository_impl(repository_ctx):
    triple = _host_triple(repository_ctx)
    server = repository_ctx.os.environ.get(_MIRROR_VARIABLE) or _DEFAULT_SERVER
    for component in repository_ctx.attr.components:
        archive = "{}-{}-{}".format(component, _VERSION, triple)
        repository_ctx.download_and_extract(
            "{}/dist/{}.tar.xz".format(server, archive),
            sha256 = _SHA256[triple][component],
            stripPrefix = "{}/{}".format(archive, "rust-std-" + triple if component == "rust-std" else component),
        )
    repository_ctx.file("BUILD.bazel", "exports_files(glob([\"bin/*\"]))\n", executable = False)

rust_repository = repository_rule(
    doc = "Fetches Cargo, rustc and the standard library for the machine that Bazel runs on.",
    implementation = _rust_repository_impl,
    attrs = {
        "components": attr.string_list(
            doc = "Which of them, by the names of their archives.",
            default = ["cargo", "rust-std", "rustc"],
        ),
    },
    environ = [_MIRROR_VARIABLE],
)
