"""`lambda_deploy`: a zip's functions, deployed by `bazel run` as a CloudFormation stack. docs/reference/defs.md lists all settings."""

load("//rules/private:attributes.bzl", "begin_macro", "internal")
load("//rules/private:deploy.bzl", "deploy")
load("//rules/private:forwarded.bzl", "FORWARDED")
load("//rules/private:template.bzl", "override_problems")
load(":lambda_template.bzl", "lambda_template")

# What it names, for who misspells one.
_NAMED = [
    "bucket",
    "region",
    "stack",
    "zip",
]

def lambda_deploy(
        name,
        zip,
        bucket = "",
        region = "",
        stack = "",
        **kwargs):
    """Deploys a zip's functions: with their roles, logs, URLs and event sources, as one CloudFormation stack.

        lambda_deploy(
            name = "deploy",
            zip = ":lambda_zip",
            env = {"TABLE": "users"},
            memory_mb = 256,
            policy_statements = [{"Action": ["dynamodb:GetItem"], "Resource": ["arn:aws:dynamodb:*:*:table/users"]}],
            region = "eu-central-1",
            url = "AWS_IAM",
        )

    `bazel run //app:deploy` creates the stack or updates it, and prints its outputs. What follows `--` is a verb, with options:

        bazel run //app:deploy -- diff                    # shows what would change, changes nothing
        bazel run //app:deploy -- --stack app-test        # the same functions, as another stack
        bazel run //app:deploy -- sync                    # the code alone, in seconds
        bazel run //app:deploy -- sync --watch            # again after each edit
        bazel run //app:deploy -- invoke EVENT.json
        bazel run //app:deploy -- logs --tail
        bazel run //app:deploy -- traces                  # X-Ray's
        bazel run //app:deploy -- status                  # or describe
        bazel run //app:deploy -- delete

    `bazel run //app:deploy -- --help` has all of them, and the exit codes. Credentials are found as AWS's own tools find them:
    environment, profiles, single sign-on, web identity.

    `bazel build //app:deploy.template` writes the template to `deploy.template.json`. `NAME` itself is tagged `manual`, as the deployer holds
    AWS's SDK, which takes minutes to compile, once; `NAME.template`, the `lambda_template`, is not.

    Args:
      name: the target's name.
      zip: a `rust_lambda_zip`.
      bucket: the name of the bucket that the zip is uploaded to. By default, the deployer makes one for the account and the Region,
        closed to the public, and removes zips from it that no stack needs any longer. `--bucket` overrides it.
      region: the Region, such as `eu-central-1`. By default, the environment or the profile names it; for Lambda@Edge, it is
        us-east-1. `--region` overrides it.
      stack: the stack's name, of at most 128 letters, digits and hyphens, with a letter first; that of the package's folder by
        default. `--stack` overrides it.
      **kwargs: attributes that every rule has, the settings of the functions, and all else that `lambda_template` takes.
    """
    common, settings = begin_macro(
        "lambda_deploy",
        name,
        kwargs,
        named = _NAMED,
        own = FORWARDED["lambda_deploy"],
        problems = override_problems(kwargs.get("overrides")),
    )

    # The user's target comes first, for Bazel to name it if there is another of its name.
    deploy(
        name = name,
        bucket = bucket,
        region = region,
        stack = stack,
        template = name + ".template",
        zip = zip,
        **(common | {"tags": internal(common)["tags"]})
    )
    lambda_template(
        name = name + ".template",
        owner = name,
        zip = zip,
        **(common | settings)
    )
