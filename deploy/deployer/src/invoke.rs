//! Sends an event to a function.

use std::{
    io::Read,
    path::{Path, PathBuf},
};

use aws_sdk_lambda::{
    config::{Config, retry::RetryConfig},
    primitives::Blob,
    types::LogType,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use crate::{
    cli::{Cli, InvokeArgs},
    clients::Clients,
    failure::{Failure, aws},
    package::Package,
    report::{self, progress},
    stack,
};

/// Invokes a function once; the response goes to stdout, its log to stderr.
pub(crate) async fn invoke(cli: &Cli, clients: &Clients, package: &Package, args: &InvokeArgs) -> Result<(), Failure> {
    let function = package.function(args.function.as_deref())?;
    let event = read(&args.event)?;
    stack::deployed(clients, &cli.stack).await?;
    let resources = stack::resources(clients, &cli.stack).await?;
    let name = stack::physical_id(&resources, &function.logical_id).ok_or_else(|| {
        Failure::new(format!(
            "the stack has no function {} yet: deploy it first",
            function.name
        ))
    })?;
    let output = clients
        .lambda
        .invoke()
        .function_name(name)
        .set_qualifier(package.alias(function))
        .log_type(LogType::Tail)
        .payload(Blob::new(event))
        .customize()
        // An event is sent once.
        .config_override(Config::builder().retry_config(RetryConfig::disabled()))
        .send()
        .await
        .map_err(aws(&format!("the function {name} can't be invoked")))?;
    let log = output
        .log_result()
        .and_then(|log| BASE64_STANDARD.decode(log).ok())
        .unwrap_or_default();
    let log = String::from_utf8_lossy(&log);
    progress(log.trim_end());
    let payload = output
        .payload()
        .map(|payload| payload.as_ref().to_vec())
        .unwrap_or_default();
    let payload = String::from_utf8_lossy(&payload);
    let response: Value = serde_json::from_str(&payload).unwrap_or_else(|_| json!(payload));
    report::result(
        cli.json,
        &format!("{payload}\n"),
        &json!({"functionError": output.function_error(), "log": log, "response": response, "version": output.executed_version()}),
    );
    match output.function_error() {
        Some(kind) => Err(Failure::new(format!(
            "the function failed ({kind}): its response says why, its log says more"
        ))),
        None => Ok(()),
    }
}

/// Reads an event, and makes sure that it is JSON.
fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut event = Vec::new();
    if path == Path::new("-") {
        std::io::stdin()
            .read_to_end(&mut event)
            .map_err(|error| Failure::new(format!("stdin can't be read: {error}")))?;
    } else {
        // Bazel starts programs in a folder of its own.
        let folder = std::env::var_os("BUILD_WORKING_DIRECTORY")
            .map(PathBuf::from)
            .unwrap_or_default();
        let path = folder.join(path);
        event = std::fs::read(&path)
            .map_err(|error| Failure::with_code(format!("{} can't be read: {error}", path.display()), 2))?;
    }
    serde_json::from_slice::<serde::de::IgnoredAny>(&event).map_err(|error| {
        Failure::with_code(
            format!(
                "{}:{}:{}: the event is no JSON: {error}",
                path.display(),
                error.line(),
                error.column()
            ),
            2,
        )
    })?;
    Ok(event)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_that_is_no_json_is_named_with_its_line() {
        let path = std::env::temp_dir().join(format!("event-{}.json", std::process::id()));
        std::fs::write(&path, "{\n  \"a\": }").unwrap();
        let failure = read(&path).unwrap_err();
        std::fs::remove_file(&path).unwrap();
        assert!(
            failure.message.contains(".json:2:8: the event is no JSON"),
            "{}",
            failure.message
        );
        assert_eq!(failure.exit_code, 2);
    }
}
