//! The subcommand of the build tool's command line.

use std::{env, fs, path::PathBuf, process::ExitCode};

use anyhow::{Context, Result, bail};
use clap::Args;
use elf::{GlibcVersion, Surroundings};

use crate::{
    Level, Report, Runtime, Runtimes, archive,
    binary::{self, Place},
    format::{Format, foreign},
    runtimes::{Loader, python_of},
};

/// What to look into, and for what.
#[derive(Args)]
#[command(override_usage = "bazel run @rules_rust_lambda//:check -- [OPTIONS] FILE...")]
pub struct InspectArgs {
    /// Shared libraries, programs, zips, layers and wheels.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The runtime that they are for, such as `python3.13`; by default each that a file may be for.
    #[arg(long, value_name = "NAME")]
    runtime: Option<String>,
    /// The oldest glibc that they have to run with, in place of a runtime's.
    #[arg(long, value_name = "VERSION", conflicts_with = "runtime")]
    glibc: Option<GlibcVersion>,
    /// The name of a shared library that a layer brings, such as `libssl.so.3`.
    #[arg(long, value_name = "NAME")]
    provided: Vec<String>,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
    /// A runtime of Lambda's, and its glibc.
    #[arg(long, value_name = "NAME=GLIBC", hide = true)]
    known_runtime: Vec<Runtime>,
}

/// What the process ends with where something would break on Lambda.
const BREAKS: u8 = 1;

/// What it ends with where it was not told rightly what to look into.
const MISUSED: u8 = 2;

impl InspectArgs {
    /// Prints what is found of each file, and returns what to end with: 0 if nothing breaks, 1 if something would on Lambda, 2 if a file can't be
    /// read, is none of those that are looked into, or the runtime is not known.
    pub fn run(self) -> ExitCode {
        let known = Runtimes(self.known_runtime.clone());
        let runtimes = match self.runtimes(known) {
            Ok(runtimes) => runtimes,
            Err(error) => {
                eprintln!("error: {error:#}");
                return MISUSED.into();
            }
        };
        let mut reports = Vec::new();
        let mut is_misused = false;
        for file in &self.files {
            match self.inspect(file, &runtimes) {
                Ok(report) => reports.push(report),
                Err(error) => {
                    is_misused = true;
                    eprintln!("error: {error:#}");
                }
            }
        }
        let breaks = reports.iter().any(Report::breaks);
        if self.json {
            let document = serde_json::json!({ "breaks": breaks, "files": reports });
            println!("{document:#}");
        } else {
            print!("{}", told(&reports));
        }
        match (is_misused, breaks) {
            (true, _) => MISUSED.into(),
            (false, true) => BREAKS.into(),
            (false, false) => ExitCode::SUCCESS,
        }
    }

    /// The runtimes that the files may be for.
    fn runtimes(&self, known: Runtimes) -> Result<Runtimes> {
        if let Some(glibc) = &self.glibc {
            return Ok(Runtimes(vec![Runtime {
                name: format!("glibc {glibc}"),
                glibc: glibc.clone(),
            }]));
        }
        if known.is_empty() {
            bail!(
                "no runtime is known: name a glibc (`--glibc VERSION`), or start this by `bazel run @rules_rust_lambda//:check`"
            );
        }
        let Some(name) = &self.runtime else {
            return Ok(known);
        };
        let chosen: Vec<Runtime> = known
            .0
            .iter()
            .filter(|runtime| runtime.name == *name)
            .cloned()
            .collect();
        if chosen.is_empty() {
            bail!("there is no runtime `{name}`; there are {known}. `--glibc VERSION` names another system");
        }
        Ok(Runtimes(chosen))
    }

    fn inspect(&self, file: &PathBuf, runtimes: &Runtimes) -> Result<Report> {
        // Bazel starts it elsewhere than its user is.
        let path = env::var_os("BUILD_WORKING_DIRECTORY")
            .map_or_else(|| file.clone(), |folder| PathBuf::from(folder).join(file));
        let name = file.display().to_string();
        let metadata = fs::metadata(&path).with_context(|| format!("{name} can't be read"))?;
        if metadata.is_dir() {
            bail!("{name} is a folder; name the files in it, or the zip that is made of it");
        }
        let content = fs::read(&path).with_context(|| format!("{name} can't be read"))?;
        let is_chosen = self.runtime.is_some() || self.glibc.is_some();
        let format = Format::of(&content);
        match format {
            Format::Zip => Ok(archive::inspect(&name, &content, &self.provided, runtimes, is_chosen)
                .unwrap_or_else(|error| Report::unreadable(&name, "a zip", &error))),
            Format::Elf => {
                let surroundings = Surroundings {
                    provided: self.provided.clone(),
                    ..Surroundings::default()
                };
                let candidates = match (is_chosen, python_of(&name)) {
                    (false, Some(python)) => Some(runtimes.of(&Loader::Python(python))),
                    _ => None,
                };
                let place = Place {
                    surroundings: &surroundings,
                    runtimes: candidates
                        .as_ref()
                        .filter(|found| !found.is_empty())
                        .unwrap_or(runtimes),
                };
                let lies_at = format!("{}/{name}", elf::TASK_ROOT);
                Ok(binary::inspect(&name, &lies_at, &content, &place)
                    .unwrap_or_else(|error| Report::unreadable(&name, "an ELF file", &error)))
            }
            format => match foreign(format) {
                Some(finding) => Ok(Report {
                    name,
                    what: "neither an ELF file nor a zip".to_owned(),
                    findings: vec![finding],
                    files: Vec::new(),
                }),
                None => {
                    bail!("{name} is neither an ELF file (a shared library, a program) nor a zip: name one of these")
                }
            },
        }
    }
}

/// The reports as they are read, with a verdict.
fn told(reports: &[Report]) -> String {
    let mut text = String::new();
    for report in reports {
        text += &report.to_string();
        text += &match (report.count(Level::Breaks), report.count(Level::Note)) {
            (0, 0) => "OK: nothing would break on Lambda\n\n".to_owned(),
            (0, notes) => format!(
                "OK: nothing would break on Lambda; {} to read\n\n",
                counted(notes, "note")
            ),
            (breaks, _) => format!(
                "NOT OK: {} on Lambda\n\n",
                counted(breaks, "finding") + if breaks == 1 { " breaks" } else { " break" }
            ),
        };
    }
    text
}

fn counted(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    }
}
