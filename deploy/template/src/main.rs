//! The command line that renders a template. See `template --help`.

use std::{fs, path::PathBuf, process::ExitCode};

use anyhow::{Context, Result, bail};
use clap::Parser;
use serde_json::json;
use template::{Code, Settings, render};

/// Renders the CloudFormation template of a zip's functions.
#[derive(Parser)]
#[command(version)]
struct Cli {
    /// What the target says, as JSON.
    #[arg(long)]
    settings: PathBuf,
    /// The zip.
    #[arg(long)]
    zip: PathBuf,
    /// A JSON Merge Patch over the template.
    #[arg(long, value_name = "FILE")]
    patch: Option<PathBuf>,
    /// The template to write, as JSON.
    #[arg(long)]
    output: PathBuf,
}

fn main() -> ExitCode {
    match run(&Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli) -> Result<()> {
    let text = fs::read(&cli.settings).with_context(|| format!("{} can't be read", cli.settings.display()))?;
    let settings: Settings = serde_json::from_slice(&text).context("the settings can't be read")?;
    let code = Code::read(&cli.zip).with_context(|| settings.zip_label.clone())?;
    let mut patch = json!({});
    if let Some(path) = &cli.patch {
        let shown = path.display();
        let text = fs::read(path).with_context(|| format!("{shown} can't be read"))?;
        patch = serde_json::from_slice(&text)
            .with_context(|| format!("{shown} is no JSON, which `template_patch` has to be"))?;
        if !patch.is_object() {
            bail!("{shown} is no JSON object, which `template_patch` has to be: write it as {{\"Resources\": {{…}}}}");
        }
    }
    let mut text = serde_json::to_string_pretty(&render(&settings, &code, &patch)?)?;
    text.push('\n');
    fs::write(&cli.output, text).with_context(|| format!("{} can't be written", cli.output.display()))
}
