//! `emulator test`: sends events to a zip, and compares what it answers.

mod args;
mod runner;
mod subject;
mod update;

use std::time::Duration;

use anyhow::{Context, Result};
use clap::ArgMatches;
use launcher::{Program, Sandbox};

use self::update::Update;
pub use self::{
    args::TestArgs,
    runner::{Log, Runner, Verdict},
};

/// Runs the cases, and prints how each went. Returns whether all passed. `matches` are those that the arguments are from, which tell
/// their order.
///
/// # Errors
///
/// If an argument's file cannot be used, or the function's process cannot be started.
pub async fn run(args: TestArgs, matches: &ArgMatches) -> Result<bool> {
    let (cases, files) = args::cases(&args, matches)?;
    let mut update = args.update.as_deref().map(Update::new).transpose()?;
    let mut needed = args.managed.files();
    needed.extend(args.same_as.as_deref());
    let sandbox = Sandbox::new(&args.zip, &args.handler, &args.runtime, args.env.clone())?
        .with_runner(args.managed.runner()?)
        .with_layers(&args.layers, &needed)?;
    let program = args.managed.program(&args.runtime, &sandbox, &args.zip)?;
    let mut runner = Runner::new(sandbox, program, Duration::from_secs(args.timeout_seconds));
    if let Some(path) = &args.same_as {
        let other = Program::bootstrap(path).context("--same-as names no program")?;
        let name = path.display().to_string();
        runner = runner.same_as(&name, other, args.same_logs, &cases).await?;
    }
    let mut failed = 0;
    for (case, file) in cases.iter().zip(&files) {
        match runner
            .run(case)
            .await
            .with_context(|| format!("case {:?} cannot be run", case.name))?
        {
            Verdict::Passed => {
                println!("test {} ... ok", case.name);
                if let Some(update) = &mut update {
                    update.keep(file)?;
                }
            }
            Verdict::Failed {
                updated: Some(value), ..
            } if update.is_some() && case.event.as_ref() != Some(file) => {
                if let Some(update) = &mut update {
                    update.write(file, &value)?;
                    println!("test {} ... {} is written", case.name, file.display());
                }
            }
            Verdict::Failed { difference, logs, .. } => {
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
