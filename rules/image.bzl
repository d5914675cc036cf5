"""`rust_lambda_image`: a function as a container image, by rules_oci.

It is apart from `defs.bzl` so that rules_oci is a dependency of those alone who load it.
"""

load("@rules_rust_lambda_oci//:defs.bzl", "oci")
load("//rules/private:attributes.bzl", "begin_macro", "internal", "owner_label")
load("//rules/private:forwarded.bzl", "FORWARDED")
load("//rules/private:image.bzl", "image_parts", "lambda_image")
load("//rules/private:output_group.bzl", "output_group")

# What it names, for who misspells one.
_NAMED = [
    "base",
    "handler",
    "remote_tags",
    "repo_tags",
    "repository",
    "zip",
]

_MISSING = """{}: rust_lambda_image makes images by rules_oci 2, which this workspace does not name. In MODULE.bazel:

    bazel_dep(name = "rules_oci", version = "2.2.6")

    lambda_image = use_extension("@rules_rust_lambda//rules:extensions.bzl", "lambda_image")
    lambda_image.rules_oci(defs = "@rules_oci//oci:defs.bzl")

In a workspace without modules: `rules_rust_lambda_dependencies(rules_oci = "@rules_oci//oci:defs.bzl")`.
"""

def rust_lambda_image(
        name,
        zip,
        base,
        handler = None,
        remote_tags = None,
        repo_tags = None,
        repository = None,
        **kwargs):
    """Makes a container image of what a `rust_lambda_zip` holds.

        load("@rules_rust_lambda//rules:image.bzl", "rust_lambda_image")

        rust_lambda_image(
            name = "image",
            base = "@lambda_python",
            repository = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/greeter",
            zip = ":lambda_zip",
        )

    Its layers, above the base's, are the zip's `data`, where it has any, and the code, gzipped, with the same content as in the zip; they lie
    in `/var/task` (the program of the OS-only runtime in `/var/runtime`), and are the same bytes each time. Lambda takes an image
    of one platform: a base that is an index, one for another architecture, and layers that it does not unpack are refused by the build.

    Targets: `NAME` (the image, as a folder in OCI's layout), `NAME.digest` (a file with its digest), `NAME.load` (`bazel run` loads it into Docker or
    Podman) and, with a `repository`, `NAME.push` (`bazel run` pushes it). Others, for this macro alone, are `NAME.parts`, `NAME.command` and
    `NAME.oci` with those that rules_oci makes for it.

    Output groups:
      sbom: the CycloneDX documents of what is laid above the base, which are those of the zip and its layers; see docs/supply_chain.md.

    Args:
      name: the target's name.
      zip: a `rust_lambda_zip`, not for Lambda@Edge.
      base: the image below, for the zip's architecture alone, as `oci_pull` gives it: one of Lambda's for the zip's runtime, or any other with
        glibc and a runtime client.
      handler: the handler setting, which is the image's command; the zip's only one by default. What `data` brings can be named, too:
        `wrapper.handler`.
      remote_tags: the tags that `NAME.push` gives, such as `["latest"]`, or a file with them, as in `oci_push`.
      repo_tags: the names that `NAME.load` gives, as in `oci_load`; `["NAME:latest"]` by default.
      repository: where `NAME.push` pushes to: a registry and a name, such as `123456789012.dkr.ecr.eu-central-1.amazonaws.com/greeter`.
        Without it, there is no `NAME.push`.
      **kwargs: attributes that every rule has, and `annotations`, `created`, `entrypoint`, `env`, `exposed_ports`, `labels`, `user`,
        `volumes` and `workdir` as in `oci_image`. A base of Lambda's has an `entrypoint`; leave it out there.
    """
    if not oci:
        fail(_MISSING.format(owner_label(name, kwargs)))
    common, own = begin_macro("rust_lambda_image", name, kwargs, named = _NAMED, own = FORWARDED["rust_lambda_image"])
    inner = internal(common)

    # The user's target comes first, for Bazel to name it if there is another of its name.
    lambda_image(
        name = name,
        image = name + ".oci",
        zip = zip,
        **common
    )
    image_parts(
        name = name + ".parts",
        handler = handler,
        owner = name,
        zip = zip,
        **inner
    )
    output_group(
        name = name + ".command",
        group = "command",
        of = name + ".parts",
        **inner
    )
    oci.image(
        name = name + ".oci",
        base = base,
        cmd = name + ".command",
        tars = [name + ".parts"],
        **(inner | own)
    )
    native.alias(
        name = name + ".digest",
        actual = name + ".oci.digest",
        **common
    )

    # What is run is not built with all others.
    run_by_name = common | {"tags": inner["tags"]}
    oci.loader(
        name = name + ".load",
        image = name,
        repo_tags = repo_tags or [name + ":latest"],
        **run_by_name
    )
    if repository:
        oci.pusher(
            name = name + ".push",
            image = name,
            remote_tags = remote_tags,
            repository = repository,
            **run_by_name
        )
