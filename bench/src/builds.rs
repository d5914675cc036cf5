//! How long builds take, beside cargo-lambda's: of `examples/hello`, in a workspace that uses the rules as a user does.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use anyhow::{ensure, Context, Result};
use serde::{Deserialize, Serialize};

use crate::{cache, command::output, statistics::median};

/// The user's workspace, in the copy of this one.
const WORKSPACE: &str = "e2e/bench";

/// Its files, and those that they are copies of.
const COPIES: [(&str, &str); 5] = [
    (".bazelrc", "e2e/smoke/.bazelrc"),
    ("Cargo.lock", "examples/Cargo.lock"),
    ("MODULE.bazel", "e2e/smoke/MODULE.bazel"),
    ("hello/Cargo.toml", "examples/hello/Cargo.toml"),
    (SOURCE, "examples/hello/src/main.rs"),
];

/// The program, as a crate of a Cargo workspace.
const CARGO_TOML: &str = "\
[workspace]
members = [\"hello\"]
resolver = \"2\"

[workspace.package]
edition = \"2021\"
license = \"Apache-2.0\"
publish = false
version = \"0.1.0\"
";

const BUILD_BAZEL: &str = "\
load(\"@rules_rust_lambda//rules:defs.bzl\", \"rust_lambda_zip\")

rust_lambda_zip(
    name = \"lambda_zip\",
    srcs = [\"src/main.rs\"],
    crate_name = \"hello\",
    deps = [
        \"@crates//:lambda_runtime\",
        \"@crates//:serde\",
        \"@crates//:serde_json\",
        \"@crates//:tokio\",
    ],
)
";

/// The source whose line is edited, and what stands there.
const SOURCE: &str = "hello/src/main.rs";
const LINE: &str = "Hello, {name}!";

/// How many edits are timed.
const EDITS: usize = 5;

/// The times of one way to build.
#[derive(Deserialize, Serialize)]
pub struct Times {
    /// From nothing, in seconds. What is downloaded is there, the rules' tools among it; Bazel is not yet started.
    pub clean_s: f64,
    /// After each of several edits of one line, in seconds.
    pub edits_s: Vec<f64>,
    /// The size of the zip.
    pub zip_bytes: u64,
}

/// The times of all.
#[derive(Deserialize, Serialize)]
pub struct Builds {
    /// `bazel build //hello:lambda_zip`.
    pub bazel: Times,
    /// Compiling the rules' build tool, in seconds, by the PATH's Cargo: what is added where there is none to download.
    #[serde(default)]
    pub tool_s: Option<f64>,
    /// The same with `--@rules_rust_lambda//rules/settings:profile=dev`.
    pub bazel_dev: Times,
    /// `cargo lambda build --release --output-format zip`.
    pub cargo_lambda: Times,
    /// The version of cargo-lambda.
    pub cargo_lambda_version: String,
    /// The version of the Rust that cargo-lambda has.
    pub cargo_lambda_rust: String,
}

impl Times {
    /// The median of the edits.
    pub fn edit_s(&self) -> Option<f64> {
        median(&self.edits_s)
    }
}

/// Times all, alternating edit by edit.
///
/// # Errors
///
/// If a build fails, or its workspace cannot be made.
pub fn builds(workspace: &Path) -> Result<Builds> {
    // Not in /tmp, which Bazel's sandbox hides.
    let folder = cache::folder()?.join("builds");
    remove(&folder)?;
    let rules = folder.join("source");
    copy_workspace(workspace, &rules)?;
    let source = rules.join(WORKSPACE);
    write_workspace(&rules, &source)?;
    let bazel = |profile| Bazel {
        rules: &rules,
        source: &source,
        output_base: folder.join(profile),
        profile,
    };
    let bazels = [bazel("release"), bazel("dev")];
    let cargo = CargoLambda::find(&source, folder.join("target"))?;
    let result = all(&bazels, &cargo, &rules, &source);
    for bazel in &bazels {
        bazel
            .command(&["shutdown"])
            .map(|mut command| output(&mut command))
            .ok();
    }
    remove(&folder)?;
    result
}

/// Writes the user's workspace.
fn write_workspace(rules: &Path, source: &Path) -> Result<()> {
    for (name, of) in COPIES {
        let target = source.join(name);
        let failed = || format!("cannot copy {of}");
        fs::create_dir_all(target.parent().unwrap_or(source)).with_context(failed)?;
        fs::copy(rules.join(of), target).with_context(failed)?;
    }
    let module = fs::read_to_string(source.join("MODULE.bazel")).context("cannot read MODULE.bazel")?;
    let manifests = "manifests = [\"//:Cargo.toml\"]";
    ensure!(module.contains(manifests), "e2e/smoke/MODULE.bazel has no {manifests}");
    let module = module.replace(manifests, "manifests = [\"//:Cargo.toml\", \"//hello:Cargo.toml\"]");
    for (name, text) in [
        ("BUILD.bazel", ""),
        ("Cargo.toml", CARGO_TOML),
        ("MODULE.bazel", &module),
        ("hello/BUILD.bazel", BUILD_BAZEL),
    ] {
        fs::write(source.join(name), text).with_context(|| format!("cannot write {name}"))?;
    }
    Ok(())
}

fn all(bazels: &[Bazel<'_>; 2], cargo: &CargoLambda, rules: &Path, source: &Path) -> Result<Builds> {
    let path = source.join(SOURCE);
    let program = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    ensure!(
        program.contains(LINE),
        "{SOURCE} has no {LINE:?} to edit: change LINE in bench/src/builds.rs"
    );
    tell("downloading for all");
    // The lock file is that of all examples; this leaves what hello does not need out.
    output(&mut cargo.cargo(&["fetch"]))?;
    // Cargo writes the newest version of the file, which the oldest crate_universe does not read.
    let lock = source.join("Cargo.lock");
    let text = fs::read_to_string(&lock).context("cannot read Cargo.lock")?;
    fs::write(&lock, text.replacen("\nversion = 4\n", "\nversion = 3\n", 1)).context("cannot write Cargo.lock")?;
    for bazel in bazels {
        output(&mut bazel.build_command(&["--nobuild"])?)?;
        output(&mut bazel.command(&["shutdown"])?)?;
    }
    let tool = |arguments: &[&str]| {
        let mut command = Command::new("cargo");
        command
            .args(arguments)
            .args(["--locked", "--manifest-path", "build_tool/Cargo.toml"])
            .current_dir(rules);
        command
    };
    output(&mut tool(&["fetch"]))?;
    let [release, dev] = bazels;
    let first = |clean_s| Times {
        clean_s,
        edits_s: Vec::new(),
        zip_bytes: 0,
    };
    let mut builds = Builds {
        bazel: first(release.build("clean")?),
        bazel_dev: first(dev.build("clean")?),
        cargo_lambda: first(cargo.build("clean")?),
        tool_s: Some(timed(
            "the build tool",
            "clean",
            &mut tool(&["build", "--release", "--quiet"]),
        )?),
        cargo_lambda_version: second_word(&output(&mut cargo.cargo(&["lambda", "--version"]))?),
        cargo_lambda_rust: second_word(&output(&mut cargo.cargo(&["--version"]))?),
    };
    for edit in 1..=EDITS {
        let edited = program.replace(LINE, &format!("Hello for the {edit}. time, {{name}}!"));
        fs::write(&path, edited).with_context(|| format!("cannot write {}", path.display()))?;
        for (times, elapsed_s, zip) in [
            (&mut builds.bazel, release.build("edited")?, release.zip()?),
            (&mut builds.bazel_dev, dev.build("edited")?, dev.zip()?),
            (&mut builds.cargo_lambda, cargo.build("edited")?, cargo.zip()),
        ] {
            times.edits_s.push(elapsed_s);
            let metadata = fs::metadata(&zip).with_context(|| format!("no {} was built", zip.display()))?;
            times.zip_bytes = metadata.len();
        }
    }
    Ok(builds)
}

/// Bazel, with an output base of its own and without caches of earlier builds.
struct Bazel<'a> {
    rules: &'a Path,
    source: &'a Path,
    output_base: PathBuf,
    /// Of these rules.
    profile: &'a str,
}

impl Bazel<'_> {
    const TARGET: &'static str = "//hello:lambda_zip";

    fn command(&self, arguments: &[&str]) -> Result<Command> {
        let mut command = Command::new(self.rules.join("tools/bazel"));
        let output_base = self.output_base.to_str().context("the cache's path is not UTF-8")?;
        command
            .arg(format!("--output_base={output_base}"))
            .args(arguments)
            .current_dir(self.source);
        for (name, _) in env::vars_os() {
            // What the outer Bazel has set for what it runs.
            let name = name.to_string_lossy().into_owned();
            if ["RUNFILES", "BUILD_", "BAZEL_"]
                .iter()
                .any(|prefix| name.starts_with(prefix))
                && name != "BAZEL_REAL"
            {
                command.env_remove(name);
            }
        }
        Ok(command)
    }

    fn build_command(&self, arguments: &[&str]) -> Result<Command> {
        let mut command = self.command(&["build", "--disk_cache=", "--remote_cache="])?;
        command
            .arg(format!("--@rules_rust_lambda//rules/settings:profile={}", self.profile))
            .args(arguments)
            .arg(Self::TARGET);
        Ok(command)
    }

    fn build(&self, what: &str) -> Result<f64> {
        timed(&format!("bazel, {}", self.profile), what, &mut self.build_command(&[])?)
    }

    /// The zip that was built last; both write to the same folder's link, so it is asked for.
    fn zip(&self) -> Result<PathBuf> {
        let mut command = self.command(&["info", "bazel-bin"])?;
        Ok(Path::new(output(&mut command)?.trim()).join("hello/lambda_zip.zip"))
    }
}

/// cargo-lambda, on the same program.
struct CargoLambda {
    source: PathBuf,
    target: PathBuf,
    path: std::ffi::OsString,
}

impl CargoLambda {
    /// Takes the one on the PATH, or installs one from PyPI into the user's cache.
    fn find(source: &Path, target: PathBuf) -> Result<Self> {
        let own = env::var_os("PATH").unwrap_or_default();
        let mut found = Self {
            source: source.join("hello"),
            target,
            path: own.clone(),
        };
        if output(&mut found.cargo(&["lambda", "--version"])).is_err() {
            let venv = cache::folder()?.join("cargo-lambda");
            tell("installing cargo-lambda by pip");
            output(Command::new("python3").args(["-m", "venv"]).arg(&venv))?;
            output(Command::new(venv.join("bin/pip")).args(["install", "--quiet", "cargo-lambda"]))
                .context("cargo-lambda cannot be installed")?;
            let folders = [venv.join("bin")].into_iter().chain(env::split_paths(&own));
            found.path = env::join_paths(folders).context("PATH cannot be written")?;
        }
        Ok(found)
    }

    fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("cargo");
        command
            .args(arguments)
            .current_dir(&self.source)
            .env("PATH", &self.path)
            .env("CARGO_TARGET_DIR", &self.target);
        command
    }

    fn build(&self, what: &str) -> Result<f64> {
        let arguments = ["lambda", "build", "--release", "--output-format", "zip"];
        timed("cargo lambda", what, &mut self.cargo(&arguments))
    }

    fn zip(&self) -> PathBuf {
        self.target.join("lambda/hello/bootstrap.zip")
    }
}

fn timed(tool: &str, what: &str, command: &mut Command) -> Result<f64> {
    let start = Instant::now();
    output(command)?;
    let elapsed = start.elapsed().as_secs_f64();
    tell(&format!("{tool}, {what}: {elapsed:.1} s"));
    Ok(elapsed)
}

fn tell(what: &str) {
    eprintln!("[builds] {what}");
}

/// Copies what Git knows of, with what was not yet committed.
fn copy_workspace(from: &Path, to: &Path) -> Result<()> {
    let arguments = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let listed = output(Command::new("git").args(arguments).current_dir(from))
        .context("the workspace's files cannot be listed")?;
    for name in listed.split_terminator('\0') {
        let (source, target) = (from.join(name), to.join(name));
        // A file may have been removed, and not yet so in Git.
        if !source.is_file() {
            continue;
        }
        let failed = || format!("cannot copy {name}");
        fs::create_dir_all(target.parent().unwrap_or(to)).with_context(failed)?;
        fs::copy(&source, &target).with_context(failed)?;
    }
    Ok(())
}

fn remove(folder: &Path) -> Result<()> {
    if !folder.exists() {
        return Ok(());
    }
    // Bazel leaves folders that are read-only.
    output(Command::new("chmod").args(["-R", "u+w"]).arg(folder))?;
    fs::remove_dir_all(folder).with_context(|| format!("cannot remove {}", folder.display()))
}

fn second_word(text: &str) -> String {
    text.split_whitespace().nth(1).unwrap_or("unknown").to_owned()
}
