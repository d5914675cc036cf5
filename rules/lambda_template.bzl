"""`lambda_template`: the CloudFormation template of a zip's functions."""

load("//rules/private:template.bzl", _template = "lambda_template")

# Settings of a function, which `overrides` can name as well.
_SETTINGS = [
    "dead_letter_target",
    "description",
    "env",
    "ephemeral_storage_mb",
    "event_sources",
    "layers",
    "log_format",
    "log_retention_days",
    "memory_mb",
    "policies",
    "policy_statements",
    "provisioned_concurrency",
    "reserved_concurrency",
    "role",
    "security_group_ids",
    "snap_start",
    "subnet_ids",
    "timeout_seconds",
    "tracing",
    "url",
    "url_streaming",
]

def lambda_template(
        name,
        zip,
        aws_tags = {},
        handlers = {},
        overrides = {},
        template_patch = None,
        tags = [],
        testonly = None,
        visibility = None,
        **settings):
    """Renders the CloudFormation template of a zip's functions.

        lambda_template(
            name = "template",
            zip = ":lambda_zip",
            env = {"TABLE": "users"},
            memory_mb = 256,
            policy_statements = [{"Action": ["dynamodb:GetItem"], "Resource": ["arn:aws:dynamodb:*:*:table/users"]}],
            url = "AWS_IAM",
        )

    `bazel build //app:template` writes `template.json`, for `aws cloudformation`, CDK (`CfnInclude`), SAM or Terraform. Its parameters
    `CodeBucket` and `CodeKey` say where the zip is; the key is by default the zip's SHA-256, as in `<sha256>.zip`.

    Names and ARNs can hold CloudFormation's pseudo parameters, such as `${AWS::AccountId}`, `${AWS::Region}`, `${AWS::StackName}`.

    Args:
      name: the target's name.
      zip: a `rust_lambda_zip`.
      aws_tags: tags of the resources.
      handlers: a dict from functions' names in AWS to handler settings. By default, there is a function for each of the zip's
        handlers, named `<stack>-<handler>`; a single one has the stack's name.
      overrides: a dict from functions' names (those of `handlers`, or the handlers without `index.`) to dicts of settings that
        are other for this function.
      template_patch: a JSON file that is merged into the template (RFC 7396), for all that has no attribute here.
      tags: as everywhere.
      testonly: as everywhere.
      visibility: as everywhere.
      **settings: of all functions, unless `overrides` has another:
        `dead_letter_target` (the ARN of a queue or topic), `description`, `env`, `ephemeral_storage_mb` (512),
        `event_sources` (see `event_source`), `layers` (ARNs of versions), `log_format` (`Text`, or `JSON`),
        `log_retention_days` (30; 0 is for ever), `memory_mb` (128), `policies` (ARNs of managed policies),
        `policy_statements` (dicts; `Effect` is `Allow` by default), `provisioned_concurrency`, `reserved_concurrency`,
        `role` (an ARN; by default, the stack makes one with least rights), `security_group_ids`, `snap_start`, `subnet_ids`,
        `timeout_seconds` (30), `tracing`, `url` (`AWS_IAM`, or `NONE` for everybody), `url_streaming`.
    """
    for settings_of, given in [("", settings)] + [(" in `overrides` of {}".format(each), overrides[each]) for each in overrides]:
        for setting in given:
            if setting not in _SETTINGS:
                fail("lambda_template({}): there is no `{}`{}; there are {}".format(
                    repr(name),
                    setting,
                    settings_of,
                    ", ".join(_SETTINGS),
                ))
    _template(
        name = name,
        aws_tags = aws_tags,
        handlers = handlers,
        overrides = {each: json.encode(given) for each, given in overrides.items()},
        settings = json.encode(settings),
        tags = tags,
        template_patch = template_patch,
        testonly = testonly,
        visibility = visibility,
        zip = zip,
    )
