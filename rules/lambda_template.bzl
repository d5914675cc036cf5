"""`lambda_template`: the CloudFormation template of a zip's functions. docs/reference/defs.md lists all settings."""

load("//rules/private:attributes.bzl", "begin_macro")
load("//rules/private:forwarded.bzl", "FORWARDED")
load("//rules/private:template.bzl", "override_problems", _template = "lambda_template")

def _as_json(value):
    """Writes the items of a list, or the values of a dict, as JSON; a select() holds them so already."""
    if type(value) == "list":
        return [item if type(item) == "string" else json.encode(item) for item in value]
    if type(value) == "dict":
        return {key: item if type(item) == "string" else json.encode(item) for key, item in value.items()}
    return value

# What it names, for who misspells one.
_NAMED = [
    "aws_tags",
    "handlers",
    "overrides",
    "template_patch",
    "zip",
]

def lambda_template(
        name,
        zip,
        aws_tags = {},
        handlers = {},
        overrides = {},
        template_patch = None,
        **kwargs):
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

    Every attribute can be a `select()`, or be joined with one. There, statements of `policy_statements` and values of `overrides` are
    written `json.encode({…})`, as Bazel takes strings only.

    Args:
      name: the target's name.
      zip: a `rust_lambda_zip`.
      aws_tags: tags of all resources, such as `{"team": "orders"}`.
      handlers: a dict from functions' names in AWS to handler settings, such as `{"orders": "index.handler"}`. By default, there is
        a function for each of the zip's handlers, named `<stack>-<handler>`; a single one has the stack's name.
      overrides: a dict from functions' names (those of `handlers`, or the handlers without `index.`) to dicts of settings that
        are other for this function, such as `{"report": {"memory_mb": 1024}}`.
      template_patch: a JSON file that is merged into the template (RFC 7396), for all that has no attribute here.
      **kwargs: attributes that every rule has, and the settings of all functions, unless `overrides` has another: `memory_mb`,
        `timeout_seconds`, `env`, `url`, `event_sources` and others.
    """
    overrides = overrides or {}
    common, settings = begin_macro(
        "lambda_template",
        name,
        kwargs,
        named = _NAMED,
        own = FORWARDED["lambda_template"],
        problems = override_problems(overrides),
    )
    _template(
        name = name,
        aws_tags = aws_tags,
        handlers = handlers,
        overrides = _as_json(overrides),
        owner = kwargs.get("owner") or name,
        template_patch = template_patch,
        zip = zip,
        **(common | {
            setting: _as_json(value) if setting in ["event_sources", "policy_statements"] else value
            for setting, value in settings.items()
        })
    )
