"""Lambda's Runtime Interface Client for Python, as an external repository: what the tests run zips under."""

load(":wheel.bzl", "unpack_wheel")

_VERSION = "4.2.2"

# The SHA-256 of the client's wheels, by the CPU and the version of Python.
CLIENT_WHEELS = {
    "aarch64": {
        "3.10": "4e53dbdf07c2c56824a7c539aeb65d15ea26858c1d7cdc89edf4d976dd50450f",
        "3.11": "0bfd063e2b4c3f1c58e5a561fab3a15d71ed85dbfacb0a7a693b8d20f1d1c544",
        "3.12": "1c6c1a9df7b32043f820204c035c0c9496b8203c8a39331712cb5f058ea6be8f",
        "3.13": "bd3ebafddd6c3283a2c7f121164f304273256c7fe3f9847be44d0c5f6fd2d792",
        "3.14": "702ead5196cf5ff30dcab997e4e4fca7ba020a258fa5ef996ef95955a0abab25",
    },
    "x86_64": {
        "3.10": "71feb2fb303b73642a433154f2ea9eba8dd8c1da0863a3ff4c3916b9945b0de1",
        "3.11": "ea87f581768a7558b493a59ee9f4de6dcbc6444b888169afa01af71396ed731d",
        "3.12": "f04e362be24ae21f34beb9ad4847f94ebb915ccd5120925a227f721af20a411d",
        "3.13": "2215bca01bbdbdfa9579bb4204f55d3e91e6dee589b88f8f9d20a285a790c468",
        "3.14": "a153a632c70b6bb3f2783bcf609e38182740d812a2424be03a26782484ff6610",
    },
}

# What the client needs, in pure Python: the package, its version, its SHA-256, and the folder that it installs.
_DEPENDENCIES = [
    ("simplejson", "4.3.0", "48d5d79d723300b49f18bbd88d786c0410cc58b869c121024a132e2e49f9cf35", "simplejson"),
    ("snapshot_restore_py", "1.0.0", "38f99e696793790f54658e71c68c7a8a40cea877c81232b5052383b1301aceba", "snapshot_restore_py"),
]

_BUILD = """\
package(default_visibility = ["//visibility:public"])

filegroup(
    name = "client",
    srcs = glob(["3.*/**"], exclude = ["**/* *"]),
)
"""

_REMEDY = "a pip.conf, or the variable PIP_INDEX_URL"

def _runtime_client_repository_impl(repository_ctx):
    for package, version, sha256, _ in _DEPENDENCIES:
        unpack_wheel(
            repository_ctx,
            package = package,
            version = version,
            sha256 = sha256,
            # Any Python takes the wheel; naming one keeps pip from a compiled wheel.
            tag = "any",
            urls = [],
            remedy = _REMEDY,
            output = "common",
        )
    for python, sha256 in CLIENT_WHEELS[repository_ctx.attr.cpu].items():
        unpack_wheel(
            repository_ctx,
            package = "awslambdaric",
            version = _VERSION,
            sha256 = sha256,
            tag = "manylinux2014_" + repository_ctx.attr.cpu,
            python_version = python,
            urls = [],
            remedy = _REMEDY,
            output = python,
        )
        for _, _, _, folder in _DEPENDENCIES:
            repository_ctx.symlink("common/" + folder, "{}/{}".format(python, folder))
    repository_ctx.file("BUILD.bazel", _BUILD, executable = False)

runtime_client_repository = repository_rule(
    doc = "Fetches the Runtime Interface Client for each version of Python that Lambda has, and checks it by its SHA-256.",
    implementation = _runtime_client_repository_impl,
    attrs = {
        "cpu": attr.string(doc = "The CPU that the tests run on.", mandatory = True, values = CLIENT_WHEELS.keys()),
    },
)
