//! The command line of `emulator test`.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::{ArgMatches, Args};

use crate::{
    compare::{CallContext, Case, Expectation},
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

/// The cases of both options, in the order in which they were given, each with its context.
pub(super) fn cases(args: &TestArgs, matches: &ArgMatches) -> Result<Vec<Case>> {
    let mut cases = expected_cases(args, matches)?;
    add_contexts(&mut cases, &args.contexts)?;
    Ok(cases)
}

fn expected_cases(args: &TestArgs, matches: &ArgMatches) -> Result<Vec<Case>> {
    if let Some(path) = &args.init_error {
        let expectation = Expectation::init_error(path)?;
        return Ok(vec![Case {
            name: "init-error".to_owned(),
            event: None,
            context: CallContext::default(),
            expectation,
        }]);
    }
    let positions = |id| matches.indices_of(id).into_iter().flatten();
    let mut cases = Vec::new();
    for (position, arg) in positions("case").zip(&args.cases) {
        cases.push((position, arg, Expectation::response(&arg.expected)?));
    }
    for (position, arg) in positions("error_case").zip(&args.error_cases) {
        cases.push((position, arg, Expectation::error(&arg.expected)?));
    }
    if cases.is_empty() {
        bail!("there is nothing to test: give --case, --error-case or --init-error");
    }
    cases.sort_by_key(|(position, ..)| *position);
    let case = |arg: &CaseArg, expectation| Case {
        name: arg.name.clone(),
        event: Some(arg.event.clone()),
        context: CallContext::default(),
        expectation,
    };
    Ok(cases
        .into_iter()
        .map(|(_, arg, expectation)| case(arg, expectation))
        .collect())
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
