//! The command line of `emulator test`.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::{ArgMatches, Args};

use crate::{
    compare::{CallContext, Case, Expectation},
    json_file::read_event,
    managed::ManagedArgs,
};

/// Arguments of `emulator test`.
#[derive(Args)]
pub struct TestArgs {
    /// The zip to run.
    #[arg(long)]
    pub(super) zip: PathBuf,
    /// The zip of a layer; of several, the later are unpacked over the earlier.
    #[arg(long = "layer", value_name = "ZIP")]
    pub(super) layers: Vec<PathBuf>,
    /// The function's handler, such as `index.handler`.
    #[arg(long)]
    pub(super) handler: String,
    /// Lambda's name of the runtime, such as `python3.13`; the zip's `bootstrap` is run for `provided.al2023`.
    #[arg(long)]
    pub(super) runtime: String,
    #[command(flatten)]
    pub(super) managed: ManagedArgs,
    /// An executable, the same program built for the OS-only runtime, that must answer each case as the zip does.
    #[arg(long, value_name = "FILE")]
    pub(super) same_as: Option<PathBuf>,
    /// Has the executable of --same-as write the same log as well.
    #[arg(long, requires = "same_as")]
    pub(super) same_logs: bool,
    /// How long the function has for each event.
    #[arg(long, default_value_t = 30)]
    pub(super) timeout_seconds: u64,
    /// A variable of the function's environment.
    #[arg(long = "env", value_name = "NAME=VALUE", value_parser = parse_pair)]
    pub(super) env: Vec<(String, String)>,
    /// An event, and the response to expect.
    #[arg(long = "case", id = "case", value_name = "NAME=EVENT_FILE=EXPECTED_FILE", value_parser = parse_case)]
    cases: Vec<CaseArg>,
    /// An event, and the error to expect.
    #[arg(long = "error-case", id = "error_case", value_name = "NAME=EVENT_FILE=EXPECTED_ERROR_FILE",
          value_parser = parse_case)]
    error_cases: Vec<CaseArg>,
    /// What a case's event is accompanied by: JSON with `clientContext`, `cognitoIdentity`, `tenantId` or `traceId`.
    #[arg(long = "context", value_name = "NAME=FILE", value_parser = parse_pair)]
    contexts: Vec<(String, String)>,
    /// The error to expect as the function starts.
    #[arg(long, value_name = "EXPECTED_ERROR_FILE", conflicts_with_all = ["case", "error_case"])]
    init_error: Option<PathBuf>,
    /// Writes what came of each case into its file of this folder, which need not be there, in place of failing.
    #[arg(long, value_name = "FOLDER")]
    pub(super) update: Option<PathBuf>,
}

#[derive(Clone)]
struct CaseArg {
    name: String,
    event: PathBuf,
    expected: PathBuf,
}

fn parse_pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write it as NAME=VALUE".to_owned()),
    }
}

fn parse_case(text: &str) -> Result<CaseArg, String> {
    match text.splitn(3, '=').collect::<Vec<_>>()[..] {
        [name, event, expected] if ![name, event, expected].contains(&"") => Ok(CaseArg {
            name: name.to_owned(),
            event: event.into(),
            expected: expected.into(),
        }),
        _ => Err("write it as NAME=EVENT_FILE=EXPECTED_FILE".to_owned()),
    }
}

/// The cases of both options, in the order in which they were given, each with its context, and the files with what they expect.
///
/// # Errors
///
/// All files that can't be used.
pub(super) fn cases(args: &TestArgs, matches: &ArgMatches) -> Result<(Vec<Case>, Vec<PathBuf>)> {
    let (mut cases, files) = expected_cases(args, matches)?;
    add_contexts(&mut cases, &args.contexts)?;
    Ok((cases, files))
}

/// What is read, unless its file is to be written and not there yet.
fn expectation(
    args: &TestArgs,
    path: &Path,
    read: impl Fn(&Path) -> Result<Expectation>,
    new: Expectation,
) -> Result<Expectation> {
    match args.update.is_some() && !path.exists() {
        true => Ok(new),
        false => read(path),
    }
}

fn expected_cases(args: &TestArgs, matches: &ArgMatches) -> Result<(Vec<Case>, Vec<PathBuf>)> {
    if let Some(path) = &args.init_error {
        let new = Expectation::InitError(Expectation::unknown_error());
        let case = Case {
            name: "init-error".to_owned(),
            event: None,
            context: CallContext::default(),
            expectation: expectation(args, path, Expectation::init_error, new)?,
        };
        return Ok((vec![case], vec![path.clone()]));
    }
    let positions = |id| matches.indices_of(id).into_iter().flatten();
    let mut read = Vec::new();
    for (position, arg) in positions("case").zip(&args.cases) {
        let new = Expectation::unknown_response();
        read.push((
            position,
            arg,
            expectation(args, &arg.expected, Expectation::response, new),
        ));
    }
    for (position, arg) in positions("error_case").zip(&args.error_cases) {
        let new = Expectation::Error(Expectation::unknown_error());
        read.push((position, arg, expectation(args, &arg.expected, Expectation::error, new)));
    }
    if read.is_empty() {
        bail!("there is nothing to test: give --case, --error-case or --init-error");
    }
    read.sort_by_key(|(position, ..)| *position);
    let (mut cases, mut files, mut wrong) = (Vec::new(), Vec::new(), Vec::new());
    for (_, arg, expectation) in read {
        wrong.extend(read_event(&arg.event).err());
        match expectation {
            Ok(expectation) => cases.push(Case {
                name: arg.name.clone(),
                event: Some(arg.event.clone()),
                context: CallContext::default(),
                expectation,
            }),
            Err(error) => wrong.push(error),
        }
        files.push(arg.expected.clone());
    }
    if !wrong.is_empty() {
        let wrong: Vec<String> = wrong.iter().map(|error| format!("{error:#}")).collect();
        bail!("{}", wrong.join("\nerror: "));
    }
    Ok((cases, files))
}

/// Gives each case the context that is named as it is.
fn add_contexts(cases: &mut [Case], contexts: &[(String, String)]) -> Result<()> {
    for (name, path) in contexts {
        let context = CallContext::read(Path::new(path))?;
        let mut found = false;
        for case in cases.iter_mut().filter(|case| case.name == *name) {
            case.context = context.clone();
            found = true;
        }
        if !found {
            let names: Vec<_> = cases.iter().map(|case| &*case.name).collect();
            bail!(
                "--context names the case {name:?}, which is not given: use one of {}",
                names.join(", ")
            );
        }
    }
    Ok(())
}
