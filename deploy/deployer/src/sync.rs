//! The functions' code alone, past CloudFormation, by
//! [UpdateFunctionCode](https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionCode.html).

use aws_sdk_lambda::{
    primitives::Blob,
    types::{LastUpdateStatus, State},
};
use serde_json::json;
use stack_metadata::StackFunction;

use crate::{
    bucket,
    cli::Cli,
    clients::Clients,
    failure::{Failure, aws},
    package::Package,
    report::{self, progress},
    stack,
    template_changes::TemplateChanges,
};

/// How large a zip goes to Lambda by itself. From a bucket it takes more; but there it would have to be taken away again.
const DIRECT_MAX: u64 = 20 << 20;

/// Where Lambda gets the zip from.
#[derive(Clone, Copy)]
pub(crate) enum Source<'a> {
    /// A bucket that it is in.
    Bucket(&'a str),
    /// The request.
    Direct(&'a [u8]),
}

/// Updates the functions' code, where nothing else differs from what is deployed.
pub(crate) async fn sync(cli: &Cli, clients: &Clients, package: &Package) -> Result<(), Failure> {
    let is_changed = sync_once(cli, clients, package).await?;
    report::result(
        cli.json,
        &format!("{}\n", said(is_changed)),
        &json!({"changed": is_changed}),
    );
    Ok(())
}

/// What came of it.
pub(crate) fn said(is_changed: bool) -> &'static str {
    match is_changed {
        true => "the functions' code is updated",
        false => "nothing to do: the code is up to date",
    }
}

/// As [`sync`]; tells whether there was anything to do.
pub(crate) async fn sync_once(cli: &Cli, clients: &Clients, package: &Package) -> Result<bool, Failure> {
    stack::settled(clients, &cli.stack).await?;
    let found = stack::deployed(clients, &cli.stack).await?;
    let deployed = stack::check_owner(cli, clients, package, &found).await?;
    if package.has_versions() {
        return Err(Failure::new(
            "the functions' events go to published versions, which only `deploy` makes: run it in place of `sync`",
        ));
    }
    let others = TemplateChanges::new(&deployed, &package.body)?.lines();
    if !others.is_empty() {
        return Err(Failure::new(format!(
            "more than the code differs from what is deployed, so a full deployment is needed\n  - {}\n\
             `bazel run {label}` makes it, and `bazel run {label} -- diff` shows what it would change",
            others.join("\n  - "),
            label = package.metadata.label
        )));
    }
    let size = std::fs::metadata(&package.zip.path).map_or(0, |metadata| metadata.len());
    if size > DIRECT_MAX {
        let bucket = bucket::upload(clients, package, cli.bucket.as_deref()).await?;
        return restore(cli, clients, package, Source::Bucket(&bucket)).await;
    }
    let zip = std::fs::read(&package.zip.path)
        .map_err(|error| Failure::new(format!("{} can't be read: {error}", package.zip.path.display())))?;
    restore(cli, clients, package, Source::Direct(&zip)).await
}

/// Updates the code of functions that run other code than the zip's; tells whether there were any.
pub(crate) async fn restore(
    cli: &Cli,
    clients: &Clients,
    package: &Package,
    source: Source<'_>,
) -> Result<bool, Failure> {
    if package.has_versions() {
        return Ok(false);
    }
    let resources = stack::resources(clients, &cli.stack).await?;
    let mut is_changed = false;
    for function in &package.metadata.functions {
        let Some(name) = stack::physical_id(&resources, &function.logical_id) else {
            continue;
        };
        is_changed |= restore_one(clients, package, source, function, name).await?;
    }
    Ok(is_changed)
}

async fn restore_one(
    clients: &Clients,
    package: &Package,
    source: Source<'_>,
    function: &StackFunction,
    name: &str,
) -> Result<bool, Failure> {
    let doing = format!("the code of the function {name} can't be updated");
    if settled(clients, name, &doing).await?.sha256_base64 == package.zip.sha256_base64 {
        return Ok(false);
    }
    progress(&format!("updating the code of {}", function.name));
    let request = clients.lambda.update_function_code().function_name(name);
    let request = match source {
        Source::Bucket(bucket) => request.s3_bucket(bucket).s3_key(package.zip.key()),
        Source::Direct(zip) => request.zip_file(Blob::new(zip)),
    };
    request.send().await.map_err(aws(&doing))?;
    let updated = settled(clients, name, &doing).await?;
    if let Some(reason) = updated.failure {
        return Err(Failure::new(format!("{doing}: {reason}")));
    }
    if updated.sha256_base64 != package.zip.sha256_base64 {
        return Err(Failure::new(format!(
            "{doing}: somebody else has changed it meanwhile; run this again"
        )));
    }
    Ok(true)
}

/// The code of a function on which no update is under way.
struct FunctionCode {
    sha256_base64: String,
    /// Why its last update failed, if it did.
    failure: Option<String>,
}

/// Waits until no update of a function is under way.
async fn settled(clients: &Clients, name: &str, doing: &str) -> Result<FunctionCode, Failure> {
    loop {
        let configuration = clients
            .lambda
            .get_function_configuration()
            .function_name(name)
            .send()
            .await
            .map_err(aws(doing))?;
        let is_busy = configuration.last_update_status() == Some(&LastUpdateStatus::InProgress)
            || configuration.state() == Some(&State::Pending);
        if !is_busy {
            let is_failed = configuration.last_update_status() == Some(&LastUpdateStatus::Failed);
            return Ok(FunctionCode {
                failure: is_failed.then(|| configuration.last_update_status_reason.unwrap_or_default()),
                sha256_base64: configuration.code_sha256.unwrap_or_default(),
            });
        }
        tokio::time::sleep(stack::POLL / 4).await;
    }
}
