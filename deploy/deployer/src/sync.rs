//! The functions' code alone, past CloudFormation, by
//! [UpdateFunctionCode](https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionCode.html).

use aws_sdk_lambda::types::{LastUpdateStatus, State};
use serde_json::json;
use stack_metadata::StackFunction;

use crate::{
    bucket,
    cli::Cli,
    clients::Clients,
    failure::{Failure, aws},
    package::{Package, without_code},
    report::{self, progress},
    stack,
};

/// Updates the functions' code, where nothing else differs from what is deployed.
pub(crate) async fn sync(cli: &Cli, clients: &Clients, package: &Package) -> Result<(), Failure> {
    stack::settled(clients, &cli.stack).await?;
    let found = stack::deployed(clients, &cli.stack).await?;
    let deployed = stack::check_owner(cli, clients, package, &found).await?;
    if package.has_versions() {
        return Err(Failure::new(
            "the functions' events go to published versions, which only `deploy` makes: run it in place of `sync`",
        ));
    }
    if without_code(&deployed)? != without_code(&package.body)? {
        return Err(Failure::new(
            "more than the code differs from what is deployed: run `diff` to see what, and `deploy`",
        ));
    }
    let bucket = bucket::upload(clients, package, cli.bucket.as_deref()).await?;
    let is_changed = restore(cli, clients, package, &bucket).await?;
    let text = if is_changed {
        "the functions' code is updated\n"
    } else {
        "nothing to do: the code is up to date\n"
    };
    report::result(cli.json, text, &json!({"changed": is_changed}));
    Ok(())
}

/// Updates the code of functions that run other code than the zip's; tells whether there were any.
pub(crate) async fn restore(cli: &Cli, clients: &Clients, package: &Package, bucket: &str) -> Result<bool, Failure> {
    if package.has_versions() {
        return Ok(false);
    }
    let resources = stack::resources(clients, &cli.stack).await?;
    let mut is_changed = false;
    for function in &package.metadata.functions {
        let Some(name) = stack::physical_id(&resources, &function.logical_id) else {
            continue;
        };
        is_changed |= restore_one(clients, package, bucket, function, name).await?;
    }
    Ok(is_changed)
}

async fn restore_one(
    clients: &Clients,
    package: &Package,
    bucket: &str,
    function: &StackFunction,
    name: &str,
) -> Result<bool, Failure> {
    let doing = format!("the code of the function {name} can't be updated");
    if settled(clients, name, &doing).await?.sha256_base64 == package.zip.sha256_base64 {
        return Ok(false);
    }
    progress(&format!("updating the code of {}", function.name));
    clients
        .lambda
        .update_function_code()
        .function_name(name)
        .s3_bucket(bucket)
        .s3_key(package.zip.key())
        .send()
        .await
        .map_err(aws(&doing))?;
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
