//! Names that a stack would give to what it makes, and that something in the account has already.
//!
//! CloudFormation finds out in the midst of the changes, takes them back, and does not say what to do.

use aws_sdk_cloudformation::types::ChangeAction;

use crate::{
    change_set::ChangeSet,
    cli::Cli,
    clients::Clients,
    failure::{Failure, ROLLED_BACK, aws},
    package::Package,
    stack,
};

/// Makes sure that nothing has the names of the log groups and functions that changes add.
///
/// # Errors
///
/// For each that is there, with what can be done.
pub(crate) async fn check(cli: &Cli, clients: &Clients, package: &Package, changes: &ChangeSet) -> Result<(), Failure> {
    let mut conflicts = Vec::new();
    for change in &changes.changes {
        if change.action() != Some(&ChangeAction::Add) {
            continue;
        }
        let id = change.logical_resource_id().unwrap_or_default();
        let name_of = |property| package.resource_name(id, property, &cli.stack, clients);
        match change.resource_type() {
            Some("AWS::Logs::LogGroup") => {
                if let Some(name) = name_of("LogGroupName").await?
                    && has_log_group(clients, &name).await?
                {
                    let advice = format!(
                        "the log group {name}: `aws logs delete-log-group --region {} --log-group-name {name}` deletes it, with its logs",
                        clients.region
                    );
                    conflicts.push((name, advice));
                }
            }
            Some("AWS::Lambda::Function") => {
                if let Some(name) = name_of("FunctionName").await?
                    && clients.function(&name).await?.is_some()
                {
                    let advice = format!(
                        "the function {name}: `aws lambda delete-function --region {} --function-name {name}` deletes it",
                        clients.region
                    );
                    conflicts.push((name, advice));
                }
            }
            _ => {}
        }
    }
    if conflicts.is_empty() {
        return Ok(());
    }
    // Another run may be making the same stack.
    let own = stack::resources(clients, &changes.reference.stack_id).await?;
    conflicts.retain(|(name, _)| own.iter().all(|resource| resource.physical_resource_id() != Some(name)));
    if conflicts.is_empty() {
        return Ok(());
    }
    let advice: Vec<_> = conflicts.into_iter().map(|(_, advice)| advice).collect();
    Err(Failure::with_code(
        format!(
            "the stack {} was not changed: it would make what is there already, and is none of its own\n  - {}\n\
             To keep what is there, set another `stack` in {}, which the names follow, or name the functions in `handlers`",
            cli.stack,
            advice.join("\n  - "),
            package.metadata.label
        ),
        ROLLED_BACK,
    ))
}

async fn has_log_group(clients: &Clients, name: &str) -> Result<bool, Failure> {
    let mut pages = clients
        .logs
        .describe_log_groups()
        .log_group_name_prefix(name)
        .into_paginator()
        .send();
    while let Some(page) = pages.next().await {
        // A deployment does not need that right: then CloudFormation tells what is in its way.
        match page.map_err(aws(&format!("the log group {name} can't be looked for"))) {
            Ok(page)
                if page
                    .log_groups()
                    .iter()
                    .any(|group| group.log_group_name() == Some(name)) =>
            {
                return Ok(true);
            }
            Ok(_) => {}
            Err(failure) if failure.is_denied() => return Ok(false),
            Err(failure) => return Err(failure),
        }
    }
    Ok(false)
}
