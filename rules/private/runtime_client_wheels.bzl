"""Lambda's Runtime Interface Clients: what the tests run zips under."""

load(":node_client_repository.bzl", "node_client_repository")
load(":wheels_repository.bzl", "wheel", "wheels_repository")

# The version that is tested under, unless another is asked for.
CURRENT_CLIENT = "4.2.2"

# The SHA-256 of the client's wheels, by its version, the CPU and the version of Python.
_CLIENT_WHEELS = {
    "2.2.1": {
        "aarch64": {
            "3.10": "5ff6f85ebfd340df187290defea7a31f13e572ffa19108630a182d13fecfe264",
            "3.11": "21e45d197ff473d1eb82e19067b8e88f751de7a7fa0edeac6836ef75a8f8d349",
            "3.12": "c6753c55f4f483bd7bd07c514390756ea7798026119b56270e8a8c1974a4ddfd",
        },
        "x86_64": {
            "3.10": "6c0c56366c15a28a59c3ebd4b054375a9f2f3e31fe784393550aa8b8f4452c25",
            "3.11": "cbe8151cd5e6755d1b322a6e1e0c30ef6d6784d7bbb44d3365b81d079ab27472",
            "3.12": "d5d09924b5915aaf40510aab1bfc42b71d1b30bc7a43548998a7cb5bf07370b4",
        },
    },
    "3.1.1": {
        "aarch64": {
            "3.10": "09ba762169869c576f8842d2b08fa6e30254494eabe533eb77efef0e38af33fa",
            "3.11": "2cd110915f17967bfc39079c37efd7f9ca65eedb049c79f5203f02dcb3a514fc",
            "3.12": "134b5132803094ce0488f2b3e071745f09779c583371e84bc5979c21a5bac46a",
            "3.13": "9bb003f14f3754a3d6912e3a478cf3a306b84febdc26b612fe23c1143a89f0fd",
            "3.14": "537e4986f723cb981af01d031743c9ae09b9ddc497d2582a548da0d696c81809",
        },
        "x86_64": {
            "3.10": "a9d0d3de5a3fd9b2d8496b07e30b471b74d6a7839c878bef89419db0dae8795e",
            "3.11": "dc30e9b674828b4d00f703f7774e1bc6e78f8cc1b7fd577e583d66e1c62734ea",
            "3.12": "329bd2e09d6a8257b9a7ff386d9956783ec905bba4c00ea2f841fbc89246910e",
            "3.13": "755db7118d1ed900a675a2608ea9c48c463949ede5cc91648c542a5ec89df4ed",
            "3.14": "a5860d96e08cc4bab5bd4d7a2cd5eeb10ea17d0269fe4c1b7c57ac8d06abbf70",
        },
    },
    "4.2.2": {
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
    },
}

# Its JSON library, with the compiled part that Lambda's own has: without it, Python's handlers are ten times slower.
_SIMPLEJSON_VERSION = "4.3.0"
_SIMPLEJSON_WHEELS = {
    "aarch64": {
        "3.10": "e567f26e2ebeed3309f8e1f3a12b7a67170b5bd333b1c6e1acfe8a27b82f8714",
        "3.11": "82a24d31f06deea3ba1814c4c79f54b1573a3574b8a7c598b6a7f41ac488e047",
        "3.12": "213ce37252f42ff591a8e802c634185a37d1fc79a8356afab5b8271343dd6678",
        "3.13": "067473d6df8c185d6b32926373de6c0069c5b351b3caa340eb547db42c722bc7",
        "3.14": "cd2819abdf930e4d6a6d68b1664fe1c817e69e116ecbb3c423725fe5e7ac5913",
    },
    "x86_64": {
        "3.10": "9e245f76fc0f7c621ff427a18263f866bf73af0222552ee5db07a73263af1e4a",
        "3.11": "06306ed92b3860802ad9dd7fe88f122a7360b01e3936b8a355d6d689bb2bb774",
        "3.12": "ce5726e85a8462580b3c3f5098e9bcaa2d10dfd28233451aad5638a9d16b6d1c",
        "3.13": "2091df1a8ad3ab6920d5f47527548cfd7a636bc09d91b824db23c7e0c1ddbef2",
        "3.14": "c0eb226f43b76c1056d90b7e6998d5be3ed3f29e4467ecc4ee50c30d73c27fec",
    },
}

# Its hooks for SnapStart, a module in pure Python.
_HOOKS_VERSION = "1.0.0"
_HOOKS_WHEEL = "38f99e696793790f54658e71c68c7a8a40cea877c81232b5052383b1301aceba"

_BUILD_FILE = """\
package(default_visibility = ["//visibility:public"])

filegroup(
    name = "client",
    srcs = glob(["3.*/**"], exclude = ["**/* *"]),
)
"""

def runtime_client_wheels(version, cpu):
    """Returns the wheels of a client, for each version of Python that it and Lambda have, in a folder of that version's name.

    Args:
      version: the client's version.
      cpu: the CPU that tests run on, as `@platforms` calls it.

    Returns:
      A list of what `wheel` returns.
    """
    return [
        wheel(
            folder = python,
            package = package,
            python_version = python,
            sha256 = sha256,
            tag = "manylinux2014_" + cpu,
            version = package_version,
        )
        for python, client_sha256 in _CLIENT_WHEELS[version][cpu].items()
        for package, package_version, sha256 in [
            ("awslambdaric", version, client_sha256),
            ("simplejson", _SIMPLEJSON_VERSION, _SIMPLEJSON_WHEELS[cpu][python]),
            ("snapshot_restore_py", _HOOKS_VERSION, _HOOKS_WHEEL),
        ]
    ]

def runtime_client_repositories(urls):
    """Declares a repository for each version of Lambda's client for Python and each CPU, and one for Node.js.

    Args:
      urls: where to download wheels, by their SHA-256; others are fetched by pip.
    """
    for version, cpus in _CLIENT_WHEELS.items():
        for cpu in cpus:
            wheels_repository(
                name = "awslambdaric_{}linux_{}".format(
                    "" if version == CURRENT_CLIENT else version.replace(".", "_") + "_",
                    cpu,
                ),
                build_file_content = _BUILD_FILE,
                urls = urls,
                wheels = runtime_client_wheels(version, cpu),
            )
    node_client_repository(name = "aws_lambda_ric")
