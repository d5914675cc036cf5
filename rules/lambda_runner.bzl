"""`lambda_runner`: functions for a CPU that this machine does not have."""

load("//rules/private:attributes.bzl", "begin_macro")
load("//rules/private:forwarded.bzl", "FORWARDED")
load("//rules/private:runner.bzl", _runner = "runner")

# What it names, for who misspells one.
_NAMED = [
    "arguments",
    "data",
    "runner",
]

def lambda_runner(name, runner, arguments = [], data = [], **kwargs):
    """Has `rust_lambda_test` and `lambda_local` run functions for another CPU than this machine's, by an emulator such as qemu-user.

    It is what a `toolchain` of the type `@rules_rust_lambda//rules/tools:emulator_toolchain_type` names. Once that is registered, a test of
    a zip for `arm64` runs where `--platforms` names a platform with that CPU:

        lambda_runner(
            name = "qemu",
            arguments = ["-L", "$(rootpath @arm64//:root)", "-0", "{argv0}"],
            data = ["@arm64//:root"],
            runner = "@arm64//:qemu-aarch64",
        )

        toolchain(
            name = "qemu_toolchain",
            target_compatible_with = ["@platforms//cpu:aarch64", "@platforms//os:linux"],
            toolchain = ":qemu",
            toolchain_type = "@rules_rust_lambda//rules/tools:emulator_toolchain_type",
        )

    The Python toolchain must be one for that platform, as rules_python has them; Lambda's client for it is fetched by these rules. What a
    function starts by itself is run as the system runs it.

    Args:
      name: the target's name.
      runner: the program, for the machine that tests run on. It is given `arguments`, the path of a function's program (an interpreter, a
        `bootstrap`, an extension), and what that is given. A script is run by the interpreter that its first line names, without it.
      arguments: what it is given first. `$(rootpath LABEL)` stands for the absolute path of one of `data`, and `{argv0}`, by itself,
        for the name that a program is started by.
      data: what it reads, such as a folder with the other CPU's C library.
      **kwargs: attributes that every rule has.
    """
    common, _ = begin_macro("lambda_runner", name, kwargs, named = _NAMED, own = FORWARDED["lambda_runner"])
    _runner(
        name = name,
        arguments = arguments,
        data = data,
        runner = runner,
        **common
    )
