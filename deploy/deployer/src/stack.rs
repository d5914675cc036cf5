//! The stack's state, as CloudFormation tells it.

use std::{collections::BTreeMap, time::Duration};

use aws_sdk_cloudformation::{
    error::ProvideErrorMetadata,
    types::{Stack, StackResourceSummary},
};
use stack_metadata::StackFunction;

use crate::{
    change_set::{self, PendingChangeSets},
    cli::Cli,
    clients::Clients,
    failure::{Failure, aws},
    package::{self, Package},
    report::progress,
};

/// How long to wait before CloudFormation is asked again.
pub(crate) const POLL: Duration = Duration::from_secs(2);

/// What can be done with a stack in its
/// [state](https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Condition {
    /// No stack, or one that nothing was ever made in.
    Absent,
    /// It can be updated.
    Ready,
    /// CloudFormation is at work on it.
    Busy,
    /// It was never made whole, and can only be deleted.
    DeleteOnly,
    /// CloudFormation needs help.
    Stuck,
}

impl Condition {
    /// What to do about a stack that can't be updated.
    pub(crate) fn advice(self) -> &'static str {
        match self {
            Condition::DeleteOnly => "it was never made whole; `deploy` deletes it first",
            _ => {
                "CloudFormation could not finish by itself. After a failed rollback, run `aws cloudformation continue-update-rollback`; \
             after a failed deletion, see `describe`, and then `delete`"
            }
        }
    }
}

/// Tells what can be done with a stack from its status.
pub(crate) fn condition(status: &str) -> Condition {
    match status {
        "REVIEW_IN_PROGRESS" | "DELETE_COMPLETE" => Condition::Absent,
        "ROLLBACK_COMPLETE" | "CREATE_FAILED" | "ROLLBACK_FAILED" => Condition::DeleteOnly,
        "DELETE_FAILED" | "UPDATE_ROLLBACK_FAILED" => Condition::Stuck,
        status if status.ends_with("_IN_PROGRESS") => Condition::Busy,
        _ => Condition::Ready,
    }
}

/// The stack's status, such as `UPDATE_COMPLETE`.
pub(crate) fn status(stack: &Stack) -> &str {
    stack.stack_status().map_or("", |status| status.as_str())
}

/// The ID of a stack, which is unlike its name after a deletion, too.
pub(crate) fn id(stack: &Stack) -> &str {
    stack.stack_id().unwrap_or_default()
}

/// Describes a stack, by name or ID.
pub(crate) async fn find(clients: &Clients, stack: &str) -> Result<Option<Stack>, Failure> {
    let described = clients.cloudformation.describe_stacks().stack_name(stack).send().await;
    match described {
        Ok(output) => Ok(output.stacks().first().cloned()),
        Err(error) if error.code() == Some("ValidationError") && is_absence(error.message()) => Ok(None),
        Err(error) => Err(aws(&format!("the stack {stack} can't be looked for"))(error)),
    }
}

fn is_absence(message: Option<&str>) -> bool {
    message.is_some_and(|message| message.contains("does not exist"))
}

/// Describes a stack that has to be there.
pub(crate) async fn deployed(clients: &Clients, stack: &str) -> Result<Stack, Failure> {
    find(clients, stack)
        .await?
        .filter(|stack| condition(status(stack)) != Condition::Absent)
        .ok_or_else(|| {
            Failure::new(format!(
                "there is no stack {stack} in {}: deploy it first (the same command without a verb), or name another with \
                 `--stack` or `--region`",
                clients.region
            ))
        })
}

/// The template that a stack has, as it was sent.
pub(crate) async fn template(clients: &Clients, stack: &str) -> Result<String, Failure> {
    let template = clients.cloudformation.get_template().stack_name(stack).send().await;
    let template = template.map_err(aws(&format!("the template of the stack {stack} can't be read")))?;
    Ok(template.template_body.unwrap_or_default())
}

/// Makes sure that a stack is the target's own, before it is changed; returns its template, which is empty if it has change sets alone.
pub(crate) async fn check_owner(
    cli: &Cli,
    clients: &Clients,
    package: &Package,
    existing: &Stack,
) -> Result<String, Failure> {
    let stack = &cli.stack;
    let ours = &package.metadata.label;
    let mut template = String::new();
    let owner = if condition(status(existing)) == Condition::Absent {
        let is_ours = change_set::pending(clients, id(existing)).await? != PendingChangeSets::Others;
        is_ours.then(|| ours.clone())
    } else {
        template = self::template(clients, stack).await?;
        package::owner(&template)
    };
    match owner {
        Some(label) if label == *ours || cli.is_stack_given => Ok(template),
        Some(label) => Err(Failure::new(format!(
            "the stack {stack} is that of {label}: set another `stack` in {ours}; or, if both are the same, add `--stack {stack}`"
        ))),
        None => Err(Failure::new(format!(
            "the stack {stack} in {} is none that `lambda_deploy` made, and is left alone: set another `stack` in {ours}, or `--stack`",
            clients.region
        ))),
    }
}

/// Describes a stack once no operation is under way on it.
pub(crate) async fn settled(clients: &Clients, name: &str) -> Result<Option<Stack>, Failure> {
    let mut is_announced = false;
    loop {
        let stack = find(clients, name).await?;
        match &stack {
            Some(found) if condition(status(found)) == Condition::Busy => {
                if !is_announced {
                    progress(&format!("waiting: the stack {name} is in {}", status(found)));
                    is_announced = true;
                }
                tokio::time::sleep(POLL).await;
            }
            _ => return Ok(stack),
        }
    }
}

/// All resources of a stack.
pub(crate) async fn resources(clients: &Clients, stack: &str) -> Result<Vec<StackResourceSummary>, Failure> {
    clients
        .cloudformation
        .list_stack_resources()
        .stack_name(stack)
        .into_paginator()
        .items()
        .send()
        .collect::<Result<_, _>>()
        .await
        .map_err(aws(&format!("the resources of the stack {stack} can't be listed")))
}

/// The name that a resource has in AWS.
pub(crate) fn physical_id<'a>(resources: &'a [StackResourceSummary], logical_id: &str) -> Option<&'a str> {
    resources
        .iter()
        .find(|resource| resource.logical_resource_id() == Some(logical_id))
        .and_then(StackResourceSummary::physical_resource_id)
}

/// The target's functions that the stack has, with the names that they have in AWS; of a name, the one that the target calls so.
pub(crate) async fn functions<'a>(
    cli: &Cli,
    clients: &Clients,
    package: &'a Package,
    name: Option<&str>,
) -> Result<Vec<(&'a StackFunction, String)>, Failure> {
    deployed(clients, &cli.stack).await?;
    let resources = resources(clients, &cli.stack).await?;
    let chosen = match name {
        Some(_) => std::slice::from_ref(package.function(name)?),
        None => &package.metadata.functions[..],
    };
    let functions: Vec<_> = chosen
        .iter()
        .filter_map(|function| Some((function, physical_id(&resources, &function.logical_id)?.to_owned())))
        .collect();
    if functions.is_empty() {
        return Err(Failure::new(format!(
            "the stack {} has no function {} yet: deploy it first (the same command without a verb)",
            cli.stack,
            name.unwrap_or("of this target")
        )));
    }
    Ok(functions)
}

/// The outputs of a stack, by their names.
pub(crate) fn outputs(stack: &Stack) -> BTreeMap<&str, &str> {
    stack
        .outputs()
        .iter()
        .filter_map(|output| Some((output.output_key()?, output.output_value()?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_says_what_can_be_done() {
        assert_eq!(condition("CREATE_COMPLETE"), Condition::Ready);
        assert_eq!(condition("UPDATE_ROLLBACK_COMPLETE"), Condition::Ready);
        assert_eq!(condition("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"), Condition::Busy);
        assert_eq!(condition("REVIEW_IN_PROGRESS"), Condition::Absent);
        assert_eq!(condition("ROLLBACK_COMPLETE"), Condition::DeleteOnly);
        assert_eq!(condition("UPDATE_ROLLBACK_FAILED"), Condition::Stuck);
    }
}
