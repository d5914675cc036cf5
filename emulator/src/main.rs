//! The emulator's command line. See `emulator help`.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use clap::{ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use emulator::{
    CallContext, Case, Expectation, Invocation, Managed, Outcome, Program, Runner, RuntimeApi, Sandbox, Verdict,
    local::{self, LocalArgs},
    read_event,
};

/// The handler that extensions are told of by `serve`, which knows of no zip.
const HANDLER: &str = "index.handler";

/// Runs Lambda zips without Lambda.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Sends events to a zip, under the real runtime client for Python or by itself, and compares what it answers.
    Test(Box<TestArgs>),
    /// Serves a zip's functions on this machine: the Invoke API, function URLs and a page.
    Local(Box<LocalArgs>),
    /// Serves a Runtime API, and prints what its client answers to each event.
    Serve(ServeArgs),
}

#[derive(Args)]
struct TestArgs {
    /// The zip to run.
    #[arg(long)]
    zip: PathBuf,
    /// The zip of a layer; of several, the later are unpacked over the earlier.
    #[arg(long = "layer", value_name = "ZIP")]
    layers: Vec<PathBuf>,
    /// The function's handler, such as `index.handler`.
    #[arg(long)]
    handler: String,
    /// Lambda's name of the runtime, such as `python3.13`; the zip's `bootstrap` is run for `provided.al2023`.
    #[arg(long)]
    runtime: String,
    #[command(flatten)]
    managed: Managed,
    /// An executable, the same program built for the OS-only runtime, that must answer each case as the zip does.
    #[arg(long, value_name = "FILE")]
    same_as: Option<PathBuf>,
    /// Has the executable of --same-as write the same log as well.
    #[arg(long, requires = "same_as")]
    same_logs: bool,
    /// How long the function has for each event.
    #[arg(long, default_value_t = 30)]
    timeout_seconds: u64,
    /// A variable of the function's environment.
    #[arg(long = "env", value_name = "NAME=VALUE", value_parser = parse_pair)]
    env: Vec<(String, String)>,
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

#[derive(Args)]
struct ServeArgs {
    /// The port on 127.0.0.1; 0 is any free one.
    #[arg(long)]
    port: u16,
    /// How long the function has for each event.
    #[arg(long, default_value_t = 900)]
    timeout_seconds: u64,
    /// The events to send, in order.
    #[arg(value_name = "EVENT_FILE", required = true)]
    events: Vec<PathBuf>,
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

#[tokio::main]
async fn main() -> ExitCode {
    let matches = Cli::command().get_matches();
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let result = match (cli.command, matches.subcommand()) {
        (Command::Test(args), Some((_, matches))) => test(*args, matches).await,
        (Command::Local(args), _) => local::run(*args).await,
        (Command::Serve(args), _) => serve(args).await,
        (Command::Test(_), None) => Err(anyhow::anyhow!("no subcommand is given: see `emulator help`")),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The cases of both options, in the order in which they were given.
fn cases(args: &TestArgs, matches: &ArgMatches) -> Result<Vec<Case>> {
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

async fn test(args: TestArgs, matches: &ArgMatches) -> Result<bool> {
    let mut cases = cases(&args, matches)?;
    add_contexts(&mut cases, &args.contexts)?;
    let mut needed = args.managed.files();
    needed.extend(args.same_as.as_deref());
    let sandbox =
        Sandbox::new(&args.zip, &args.handler, &args.runtime, args.env.clone())?.with_layers(&args.layers, &needed)?;
    let program = Program::of_runtime(&args.runtime, &sandbox, &args.zip, &args.managed).await?;
    let mut runner = Runner::new(sandbox, program, Duration::from_secs(args.timeout_seconds));
    if let Some(path) = &args.same_as {
        let other = Program::bootstrap(path)?;
        let name = path.display().to_string();
        runner = runner.same_as(&name, other, args.same_logs, &cases).await?;
    }
    let mut failed = 0;
    for case in &cases {
        match runner
            .run(case)
            .await
            .with_context(|| format!("case {:?} cannot be run", case.name))?
        {
            Verdict::Passed => println!("test {} ... ok", case.name),
            Verdict::Failed { difference, logs } => {
                failed += 1;
                println!("test {} ... FAILED\n{}", case.name, difference.trim_end());
                if let Some(event) = &case.event {
                    println!("event: {}", event.display());
                }
                for log in logs {
                    let text = log.text.trim_end();
                    println!(
                        "log of {}:\n{}",
                        log.name,
                        if text.is_empty() { "(empty)" } else { text }
                    );
                }
            }
        }
    }
    runner.end().await;
    println!("{} passed, {failed} failed", cases.len() - failed);
    Ok(failed == 0)
}

async fn serve(args: ServeArgs) -> Result<bool> {
    let events = args
        .events
        .iter()
        .map(|path| read_event(path))
        .collect::<Result<Vec<_>>>()?;
    let api = RuntimeApi::start_on(args.port, HANDLER).await?;
    eprintln!("AWS_LAMBDA_RUNTIME_API={}", api.address());
    api.client_connected().await;
    let mut all_well = true;
    for (path, event) in args.events.iter().zip(events) {
        let outcome = api
            .invoke(Invocation::new(event, Duration::from_secs(args.timeout_seconds)))
            .await;
        let failure = match outcome {
            Outcome::Response { body, .. } => {
                let mut stdout = io::stdout().lock();
                stdout
                    .write_all(&body)
                    .and_then(|()| stdout.write_all(b"\n"))
                    .context("cannot write to stdout")?;
                continue;
            }
            Outcome::Error { body, .. } => format!("the function failed: {}", String::from_utf8_lossy(&body)),
            Outcome::InitError { body } => format!("the function could not start: {}", String::from_utf8_lossy(&body)),
            Outcome::TimedOut(reason) => {
                format!("{reason} in time: speed the function up, or raise --timeout-seconds")
            }
        };
        all_well = false;
        eprintln!("error: {}: {failure}", path.display());
    }
    api.shutdown().await;
    Ok(all_well)
}
