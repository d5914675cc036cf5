"""Building for Lambda's platforms, whatever the command line says and the workspace registers."""

load("//rules/toolchain:architectures.bzl", "ARCHITECTURES")
load(
    ":build_settings.bzl",
    "COLLECT_CODE_COVERAGE",
    "COMPILATION_MODE",
    "EXTRA_TOOLCHAINS",
    "HOST_COMPILATION_MODE",
    "LINKED_BY_CC",
    "OWN_TOOLCHAINS",
    "PROFILE",
    "READABLE_RUSTC_FLAGS",
    "RUSTC_FLAGS",
    "lambda_toolchains",
)
load(":codegen_options.bzl", "codegen_option")
load(":panic_strategy.bzl", "panic_strategy")
load(":python.bzl", "PYTHON_SETTINGS", "version_settings")
load(":runtimes.bzl", "glibc_for", "oldest_glibc")

# Bazel's names of CPUs, by Lambda's names of architectures.
CPUS = {architecture.lambda_name: cpu for cpu, architecture in ARCHITECTURES.items()}

# Of a layer, in place of one of them.
ANY_ARCHITECTURE = "any"

_CPU = "//command_line_option:cpu"

# What a crate of a function is compiled to where it is optimised as a whole: bitcode and no machine code, as Cargo has it, which takes
# two thirds of the time of both. What is linked at the end overrides it (`rust_lambda_zip`).
_FOR_LTO = ["-Clinker-plugin-lto"]

# What it is compiled to where it is linked as it is.
_AS_IT_IS = ["-Cembed-bitcode=no"]

# What other rules link is machine code, with the bitcode that it needs if they ask for -Clto.
_OTHER_FLAGS = ["-Cembed-bitcode=yes"]

def _appended(values, more):
    """Moves `more` to the end: a configuration is the same however many transitions lead to it."""
    return [value for value in values if value not in more] + more

def _for_lambda(settings, architecture, glibc, crate_flags):
    rustc_flags = _appended(settings[RUSTC_FLAGS], crate_flags)
    cpu = CPUS[architecture]
    return LINKED_BY_CC | {
        # What `bazel coverage` instruments is linked with the compiler's profiling runtime, by flags that linkers do not know.
        COLLECT_CODE_COVERAGE: False,
        COMPILATION_MODE: "opt",
        "//command_line_option:platforms": str(Label("//rules/platforms:linux_{}_glibc_{}".format(cpu, glibc))),
        # It is in the paths of what is generated, which rustc's output depends on, and is that of the machine that builds by default.
        _CPU: ARCHITECTURES[cpu].bazel_name,
        # What runs during the build and not in Lambda, as procedural macros do, is compiled as Cargo's release profile compiles it:
        # optimising it takes longer than it saves.
        HOST_COMPILATION_MODE: "fastbuild",
        # A C toolchain of the host's may fit the platform as well, and would link for the host's C library.
        EXTRA_TOOLCHAINS: _appended(settings[EXTRA_TOOLCHAINS], lambda_toolchains(settings)),
        READABLE_RUSTC_FLAGS: rustc_flags,
        RUSTC_FLAGS: rustc_flags,
    }

def _glibc(attr):
    return glibc_for(attr.runtime, getattr(attr, "glibc", ""))

def _has_lto(settings, attr):
    """Whether a zip's crates are optimised as a whole: by the profile, unless its `rustc_flags` say otherwise."""
    value = codegen_option(attr.rustc_flags, "lto")
    return settings[PROFILE] != "dev" if value == None else value not in ["n", "no", "off"]

def _lambda_transition_impl(settings, attr):
    flags = _FOR_LTO if _has_lto(settings, attr) else _AS_IT_IS

    # As of Cargo's profile: rustc links no crate that may be unwound through into one that aborts.
    abort = ["-Cpanic=abort"] if panic_strategy(attr.rustc_flags) == "abort" else []
    return _for_lambda(settings, attr.architecture, _glibc(attr), flags + abort)

def _bundled_transition_impl(settings, attr):
    return _for_lambda(settings, attr.architecture, _glibc(attr), _OTHER_FLAGS)

def _layered_transition_impl(settings, attr):
    architecture = CPUS.keys()[0] if attr.architecture == ANY_ARCHITECTURE else attr.architecture
    return _for_lambda(settings, architecture, oldest_glibc(attr.runtimes), _OTHER_FLAGS)

def _python_transition_impl(settings, attr):
    unset = {setting: settings[setting] for setting in PYTHON_SETTINGS}
    return _for_lambda(settings, attr.architecture, _glibc(attr), _OTHER_FLAGS) | unset | version_settings(attr.runtime.removeprefix("python"))

_INPUTS = [
    EXTRA_TOOLCHAINS,
    OWN_TOOLCHAINS,
    PROFILE,
    RUSTC_FLAGS,
]

_OUTPUTS = LINKED_BY_CC.keys() + [
    "//command_line_option:platforms",
    _CPU,
    COLLECT_CODE_COVERAGE,
    COMPILATION_MODE,
    EXTRA_TOOLCHAINS,
    HOST_COMPILATION_MODE,
    READABLE_RUSTC_FLAGS,
    RUSTC_FLAGS,
]

# For what these rules link: a function's crates.
lambda_transition = transition(
    implementation = _lambda_transition_impl,
    inputs = _INPUTS,
    outputs = _OUTPUTS,
)

# For what lies beside it, and is linked by rules of others: programs and shared libraries among a zip's `data`.
bundled_transition = transition(
    implementation = _bundled_transition_impl,
    inputs = _INPUTS,
    outputs = _OUTPUTS,
)

# For what a layer holds.
layered_transition = transition(
    implementation = _layered_transition_impl,
    inputs = _INPUTS,
    outputs = _OUTPUTS,
)

# For Python libraries beside it: those of the runtime's version.
python_transition = transition(
    implementation = _python_transition_impl,
    inputs = _INPUTS + PYTHON_SETTINGS,
    outputs = _OUTPUTS + PYTHON_SETTINGS,
)
