"""A C toolchain on zig: its compiler, its linker, and a sysroot for one version of glibc."""

load("@rules_cc//cc:action_names.bzl", "ACTION_NAMES", "ALL_CC_COMPILE_ACTION_NAMES", "ALL_CC_LINK_ACTION_NAMES")
load(
    "@rules_cc//cc:cc_toolchain_config_lib.bzl",
    "action_config",
    "feature",
    "feature_set",
    "flag_group",
    "flag_set",
    "tool",
    "with_feature_set",
)
load("@rules_cc//cc/common:cc_common.bzl", "cc_common")
load("//rules/tools:toolchain.bzl", "BUILD_TOOL")
load("//rules/tools:tools_transition.bzl", "TOOLS_TRANSITION_ATTRS", "tools_transition")
load(":architectures.bzl", "ARCHITECTURES")

def _made_by_zig(ctx, folder, outputs, mnemonic, what):
    """Makes files by the rule's script, which is given zig, the target, and the folder that they are to lie in."""
    ctx.actions.run(
        executable = ctx.executable._script,
        arguments = [ctx.file.zig.path, ctx.attr.target, folder],
        inputs = [ctx.file.zig] + ctx.files.lib,
        outputs = outputs,
        mnemonic = mnemonic,
        progress_message = "Making {} for {}".format(what, ctx.attr.target),
        use_default_shell_env = True,
    )
    return [DefaultInfo(files = depset(outputs))]

def _zig_attrs(script):
    return TOOLS_TRANSITION_ATTRS | {
        "lib": attr.label(doc = "What zig compiles with.", mandatory = True, cfg = "exec"),
        "target": attr.string(doc = "The target, as zig names it: `x86_64-linux-gnu.2.34`.", mandatory = True),
        "zig": attr.label(doc = "zig, for the machine that builds.", mandatory = True, allow_single_file = True, cfg = "exec"),
        "_script": attr.label(default = script, allow_single_file = True, executable = True, cfg = "exec"),
    }

def _zig_sysroot_impl(ctx):
    output = ctx.actions.declare_directory(ctx.label.name)
    return _made_by_zig(ctx, output.path, [output], "ZigSysroot", "a sysroot")

zig_sysroot = rule(
    doc = "Makes what a linker needs of a version of glibc.",
    implementation = _zig_sysroot_impl,
    cfg = tools_transition,
    attrs = _zig_attrs(":zig_sysroot.sh"),
)

def _zig_libcxx_impl(ctx):
    outputs = [ctx.actions.declare_file("{}/{}".format(ctx.label.name, name)) for name in ["libc++.a", "libc++abi.a"]]
    return _made_by_zig(ctx, outputs[0].dirname, outputs, "ZigLibcxx", "C++'s standard library")

zig_libcxx = rule(
    doc = "Makes the archives of C++'s standard library.",
    implementation = _zig_libcxx_impl,
    cfg = tools_transition,
    attrs = _zig_attrs(":zig_libcxx.sh"),
)

def _zig_libcxx_files_impl(ctx):
    return [DefaultInfo(files = ctx.attr.libcxx[DefaultInfo].files)]

zig_libcxx_files = rule(
    doc = "The archives of C++'s standard library, made once however what is linked with them is configured.",
    implementation = _zig_libcxx_files_impl,
    attrs = {"libcxx": attr.label(doc = "What makes them.", mandatory = True, cfg = "exec")},
)

def _tool(ctx, name, template, substitutions):
    output = ctx.actions.declare_file("{}/{}".format(ctx.label.name, name))
    ctx.actions.expand_template(
        output = output,
        template = template,
        substitutions = substitutions | {"%{folder}": output.dirname, "%{zig}": ctx.file.zig.path},
        is_executable = True,
    )
    return output

_ZigProgramsInfo = provider(
    doc = "The programs of a C toolchain on zig.",
    fields = {
        "archiver": "File: as `ar`.",
        "compiler": "File: as `gcc -c`.",
        "cxx_compiler": "File: as `g++ -c`.",
        "includes": "list[str]: the folders of headers that the compilers look into unasked.",
        "linker": "File: as `gcc`, for linking.",
        "stripper": "File: what takes symbols out.",
    },
)

def _glibc(target):
    """Returns the version of glibc in the name of a target."""
    return target.rpartition("gnu.")[2]

def _zig_programs_impl(ctx):
    architecture = ARCHITECTURES[ctx.attr.cpu]
    target = {
        "%{libcxx_script}": ctx.file._libcxx.path,
        "%{libcxx_target}": ctx.attr.libcxx_target,
        "%{target}": ctx.attr.target,
    }
    compiler = _tool(ctx, "zig-cc", ctx.file._cc, target)
    cxx_compiler = _tool(ctx, "zig-c++", ctx.file._cc, target)
    archiver = _tool(ctx, "zig-ar", ctx.file._ar, {})
    build_tool = ctx.toolchains[BUILD_TOOL].executable
    linker = _tool(ctx, "zig-ld", ctx.file._ld, {
        "%{dynamic_linker}": architecture.dynamic_linker,
        "%{emulation}": architecture.emulation,
        "%{build_tool}": build_tool.path,
        "%{glibc}": _glibc(ctx.attr.target),
        "%{sysroot}": ctx.file.sysroot.path,
    })
    linker_files = depset([linker, build_tool, ctx.file.zig, ctx.file.sysroot])

    # A compiler links as well, for who asks it to.
    compiler_files = depset([compiler, cxx_compiler, archiver, ctx.file._libcxx] + ctx.files.lib, transitive = [linker_files])
    lib = ctx.file.zig.dirname + "/lib"

    return [
        DefaultInfo(files = depset(transitive = [linker_files, compiler_files])),
        OutputGroupInfo(
            compiler_files = compiler_files,
            linker_files = linker_files,
            strip_files = depset([build_tool]),
        ),
        _ZigProgramsInfo(
            archiver = archiver,
            compiler = compiler,
            cxx_compiler = cxx_compiler,
            includes = [lib + "/" + folder for folder in [
                "libcxx/include",
                "libcxxabi/include",
                "libunwind/include",
                "include",
            ]] + [
                "{}/libc/include/{}".format(lib, folder)
                for folder in architecture.zig_includes + ["generic-glibc", "any-linux-any"]
            ],
            linker = linker,
            stripper = build_tool,
        ),
    ]

zig_programs = rule(
    doc = "Makes the programs of a C toolchain on zig, for the machine that builds.",
    implementation = _zig_programs_impl,
    attrs = {
        "cpu": attr.string(doc = "The CPU of the target.", mandatory = True, values = ARCHITECTURES.keys()),
        "lib": attr.label(doc = "What zig compiles with.", mandatory = True, cfg = "exec"),
        "libcxx_target": attr.string(doc = "The target that C++'s standard library is made for.", mandatory = True),
        "sysroot": attr.label(doc = "What is linked with.", mandatory = True, allow_single_file = True),
        "target": attr.string(doc = "The target, as zig names it.", mandatory = True),
        "zig": attr.label(doc = "zig, for the machine that builds.", mandatory = True, allow_single_file = True, cfg = "exec"),
        "_ar": attr.label(default = ":zig_ar.sh.tpl", allow_single_file = True),
        "_cc": attr.label(default = ":zig_cc.sh.tpl", allow_single_file = True),
        "_libcxx": attr.label(default = ":zig_libcxx.sh", allow_single_file = True),
        "_ld": attr.label(default = ":zig_ld.sh.tpl", allow_single_file = True),
    },
    toolchains = [BUILD_TOOL],
)

# A feature that rules_rust switches off for what it compiles and links, and for the scripts that it runs.
_OF_CC_RULES = "rules_rust_unsupported_feature"

def _flags(name, actions, flags, enabled = True, with_features = []):
    return feature(
        name = name,
        enabled = enabled,
        flag_sets = [flag_set(
            actions = actions,
            flag_groups = [flag_group(flags = flags)],
            with_features = [with_feature_set(features = with_features)] if with_features else [],
        )],
    )

def _mode_features():
    """What compilation modes are to Bazel's own rules. Cargo's build scripts are told by variables, and say it themselves."""
    return [
        _flags(
            "opt",
            ALL_CC_COMPILE_ACTION_NAMES,
            ["-O2", "-DNDEBUG", "-ffunction-sections", "-fdata-sections"],
            enabled = False,
            with_features = [_OF_CC_RULES],
        ),
        _flags("dbg", ALL_CC_COMPILE_ACTION_NAMES, ["-g"], enabled = False, with_features = [_OF_CC_RULES]),
    ]

def _sanitizer_features():
    """Refused by the compiler and the linker, with the reason, where Bazel would take no notice of a feature that is not there."""
    return [
        _flags(name, ALL_CC_COMPILE_ACTION_NAMES + ALL_CC_LINK_ACTION_NAMES, ["-fsanitize=" + sanitizer], enabled = False)
        for name, sanitizer in [("asan", "address"), ("msan", "memory"), ("tsan", "thread"), ("ubsan", "undefined")]
    ]

# Bazel's own, which it enables for the action configurations that it makes itself.
_SHARED_LIBRARY_FEATURES = [
    "shared_flag",
    "output_execpath_flags",
    "library_search_directories",
    "libraries_to_link",
    "user_link_flags",
    "linker_param_file",
]
_STATIC_LIBRARY_FEATURES = [
    "archiver_flags",
    "linker_param_file",
]

_STRIP_FLAGS = [
    "strip",
    "--library",
    "%{input_file}",
    "--output",
    "%{output_file}",
]

def _zig_config_impl(ctx):
    programs = ctx.attr.programs[_ZigProgramsInfo]
    c_actions = [
        ACTION_NAMES.c_compile,
        ACTION_NAMES.assemble,
        ACTION_NAMES.preprocess_assemble,
    ]
    cxx_actions = [action for action in ALL_CC_COMPILE_ACTION_NAMES if action not in c_actions]
    shared_library_actions = [
        ACTION_NAMES.cpp_link_dynamic_library,
        ACTION_NAMES.cpp_link_nodeps_dynamic_library,
    ]
    implied = {action: _SHARED_LIBRARY_FEATURES for action in shared_library_actions} | {
        ACTION_NAMES.cpp_link_static_library: _STATIC_LIBRARY_FEATURES,
    }
    action_configs = [
        action_config(
            action_name = action,
            enabled = True,
            implies = implied.get(action, []),
            tools = [tool(tool = program)],
        )
        for actions, program in [
            (c_actions, programs.compiler),
            (cxx_actions, programs.cxx_compiler),
            (ALL_CC_LINK_ACTION_NAMES, programs.linker),
            ([ACTION_NAMES.cpp_link_static_library], programs.archiver),
        ]
        for action in actions
    ] + [action_config(
        action_name = ACTION_NAMES.strip,
        enabled = True,
        flag_sets = [flag_set(flag_groups = [flag_group(flags = _STRIP_FLAGS)])],
        tools = [tool(tool = programs.stripper)],
    )]
    return cc_common.create_cc_toolchain_config_info(
        ctx = ctx,
        toolchain_identifier = "zig-" + ctx.attr.target,
        compiler = "clang",
        target_system_name = ctx.attr.target,
        target_cpu = ctx.attr.cpu,
        target_libc = "glibc",
        abi_version = "gnu",
        abi_libc_version = _glibc(ctx.attr.target),
        action_configs = action_configs,
        # Of the folder in which Bazel runs what it runs.
        cxx_builtin_include_directories = ["%workspace%/" + folder for folder in programs.includes],
        features = [
            feature(name = "supports_pic", enabled = True),
            feature(name = "supports_dynamic_linker", enabled = True),
            # These have no flags. They tell what LLD can do (`rules/private/library_linker.bzl`), and that there is a library for C++
            # (`rules/private/cxx_runtime.bzl`).
            feature(name = "fold_identical_code", enabled = True),
            feature(name = "brings_cxx_runtime", enabled = True),
            _flags("pic", ALL_CC_COMPILE_ACTION_NAMES, ["-fPIC"]),
            # Macros that would tell one build from the next.
            _flags("deterministic", ALL_CC_COMPILE_ACTION_NAMES, [
                "-Wno-builtin-macro-redefined",
                "-D__DATE__=\"redacted\"",
                "-D__TIMESTAMP__=\"redacted\"",
                "-D__TIME__=\"redacted\"",
            ]),
            feature(name = _OF_CC_RULES, enabled = True),
            # rules_rust names the library without having it among what a crate is linked from; `//rules:cxx_runtime` has.
            feature(
                name = "static_link_cpp_runtimes",
                enabled = True,
                requires = [feature_set(features = [_OF_CC_RULES])],
            ),
        ] + _mode_features() + _sanitizer_features(),
    )

zig_config = rule(
    doc = "Configures a C toolchain on zig.",
    implementation = _zig_config_impl,
    attrs = {
        "cpu": attr.string(doc = "The CPU of the target.", mandatory = True, values = ARCHITECTURES.keys()),
        "programs": attr.label(doc = "The toolchain's programs.", mandatory = True, cfg = "exec", providers = [_ZigProgramsInfo]),
        "target": attr.string(doc = "The target, as zig names it.", mandatory = True),
    },
)
