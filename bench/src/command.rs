//! Commands that are run for what they print.

use std::process::{Command, Stdio};

use anyhow::{bail, Context, Result};

/// Runs a command, and returns what it printed.
///
/// # Errors
///
/// If it cannot be started, fails, or prints what is not text.
pub fn output(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot start {name}"))?;
    if !output.status.success() {
        let log = String::from_utf8_lossy(&output.stderr);
        bail!("{name} failed ({}): {}", output.status, log.trim());
    }
    String::from_utf8(output.stdout).with_context(|| format!("{name} printed what is not text"))
}
