"""Building for Lambda's platforms, whatever the command line says."""

load("//rules/toolchain:architectures.bzl", "ARCHITECTURES")
load(":runtimes.bzl", "RUNTIMES")

# Bazel's names of CPUs, by Lambda's names of architectures.
CPUS = {architecture.lambda_name: cpu for cpu, architecture in ARCHITECTURES.items()}

def _lambda_transition_impl(_settings, attr):
    return {
        "//command_line_option:compilation_mode": "opt",
        "//command_line_option:platforms": str(Label("//rules/platforms:linux_{}_glibc_{}".format(
            CPUS[attr.architecture],
            RUNTIMES[attr.runtime].glibc,
        ))),
    }

lambda_transition = transition(
    implementation = _lambda_transition_impl,
    inputs = [],
    outputs = [
        "//command_line_option:compilation_mode",
        "//command_line_option:platforms",
    ],
)
