//! A [change set](https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-changesets.html):
//! what CloudFormation would change, before it does.

use std::time::{SystemTime, UNIX_EPOCH};

use aws_sdk_cloudformation::types::{
    Capability, Change, ChangeSetStatus, ChangeSetType, ExecutionStatus, Parameter, Replacement, ResourceChange,
};
use serde_json::{Value, json};
use stack_metadata::{CODE_BUCKET, CODE_KEY};

use crate::{
    clients::Clients,
    failure::{Failure, aws},
    package::Package,
    report,
    stack::POLL,
};

/// A change set that has been computed.
pub(crate) struct ChangeSet {
    pub(crate) reference: ChangeSetRef,
    pub(crate) changes: Vec<ResourceChange>,
}

/// What the names of our change sets start with.
const PREFIX: &str = "deploy-";

/// A change set, by its name and its stack's, or by their IDs.
#[derive(Clone, Debug)]
pub(crate) struct ChangeSetRef {
    pub(crate) id: String,
    pub(crate) stack_id: String,
}

impl ChangeSetRef {
    /// A change set of this run alone, so that two at once don't meet.
    pub(crate) fn new(stack: &str) -> Self {
        let nanoseconds = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
            .as_nanos();
        Self {
            id: format!("{PREFIX}{nanoseconds:x}-{}", std::process::id()),
            stack_id: stack.to_owned(),
        }
    }
}

/// Asks CloudFormation for the changes that make a stack what the template says.
pub(crate) async fn create(
    clients: &Clients,
    package: &Package,
    reference: &ChangeSetRef,
    bucket: &str,
    is_new: bool,
) -> Result<ChangeSetRef, Failure> {
    let stack = &reference.stack_id;
    let created = clients
        .cloudformation
        .create_change_set()
        .stack_name(stack)
        .change_set_name(&reference.id)
        .change_set_type(if is_new {
            ChangeSetType::Create
        } else {
            ChangeSetType::Update
        })
        .template_body(&package.body)
        .parameters(parameter(CODE_BUCKET, bucket))
        .parameters(parameter(CODE_KEY, &package.zip.key()))
        .capabilities(Capability::CapabilityIam)
        .capabilities(Capability::CapabilityNamedIam)
        .send()
        .await
        .map_err(aws(&doing(stack)))?;
    Ok(ChangeSetRef {
        id: created.id.unwrap_or_default(),
        stack_id: created.stack_id.unwrap_or_default(),
    })
}

fn doing(stack: &str) -> String {
    format!("CloudFormation can't compute the changes of the stack {stack}")
}

/// Waits until the changes are computed; `None` if there are none.
pub(crate) async fn computed(
    clients: &Clients,
    stack: &str,
    reference: ChangeSetRef,
) -> Result<Option<ChangeSet>, Failure> {
    let doing = doing(stack);
    loop {
        let mut pages = clients
            .cloudformation
            .describe_change_set()
            .change_set_name(&reference.id)
            .into_paginator()
            .send();
        let mut changes = Vec::new();
        let mut last = None;
        while let Some(page) = pages.next().await {
            let page = page.map_err(aws(&doing))?;
            changes.extend(page.changes().iter().filter_map(Change::resource_change).cloned());
            last = Some(page);
        }
        let Some(page) = last else {
            return Err(Failure::new(doing));
        };
        let reason = page.status_reason().unwrap_or_default();
        let is_empty = match page.status() {
            Some(ChangeSetStatus::CreateComplete) => {
                changes.is_empty() && page.execution_status() != Some(&ExecutionStatus::Available)
            }
            Some(ChangeSetStatus::Failed) if says_nothing_changes(reason) => true,
            Some(ChangeSetStatus::Failed) => {
                let details = validation_failures(clients, &reference).await;
                return Err(Failure::new(format!("{doing}: {reason}{details}")));
            }
            _ => {
                tokio::time::sleep(POLL / 4).await;
                continue;
            }
        };
        return Ok((!is_empty).then_some(ChangeSet { reference, changes }));
    }
}

/// What CloudFormation found wrong before it changed anything: its reason alone does not say.
async fn validation_failures(clients: &Clients, reference: &ChangeSetRef) -> String {
    let events = clients
        .cloudformation
        .describe_events()
        .stack_name(&reference.stack_id)
        .change_set_name(&reference.id)
        .send()
        .await;
    // Without the right to see them, the reason has to do.
    let Ok(events) = events else {
        return String::new();
    };
    let failures = events.operation_events().iter().filter_map(|event| {
        let reason = event.validation_status_reason()?;
        Some(format!(
            "\n{}: {reason}",
            event.logical_resource_id().unwrap_or_default()
        ))
    });
    failures.collect()
}

fn parameter(key: &str, value: &str) -> Parameter {
    Parameter::builder().parameter_key(key).parameter_value(value).build()
}

/// Whether CloudFormation says that the stack is what the template says.
pub(crate) fn says_nothing_changes(reason: &str) -> bool {
    reason.contains("didn't contain changes") || reason.contains("No updates are to be performed")
}

/// Starts the changes.
pub(crate) async fn execute(clients: &Clients, change_set: &ChangeSet) -> Result<(), Failure> {
    clients
        .cloudformation
        .execute_change_set()
        .change_set_name(&change_set.reference.id)
        .send()
        .await
        .map_err(aws("CloudFormation does not start the changes"))?;
    Ok(())
}

/// Deletes a change set that is not executed, if it is there.
pub(crate) async fn delete(clients: &Clients, reference: &ChangeSetRef) -> Result<(), Failure> {
    let deleted = clients
        .cloudformation
        .delete_change_set()
        .stack_name(&reference.stack_id)
        .change_set_name(&reference.id)
        .send()
        .await;
    match deleted.map_err(aws("the change set can't be deleted")) {
        Err(failure) if failure.is("ChangeSetNotFound") || failure.message.contains("does not exist") => Ok(()),
        other => other.map(drop),
    }
}

/// The changes, for people.
pub(crate) fn table(changes: &[ResourceChange]) -> String {
    let rows: Vec<_> = changes
        .iter()
        .map(|change| {
            vec![
                action(change),
                change.logical_resource_id().unwrap_or_default().to_owned(),
                change.resource_type().unwrap_or_default().to_owned(),
                properties(change).join(", "),
            ]
        })
        .collect();
    report::table(&rows)
}

/// The changes, for machines.
pub(crate) fn to_json(changes: &[ResourceChange]) -> Value {
    changes
        .iter()
        .map(|change| {
            json!({
                "action": action(change),
                "logicalId": change.logical_resource_id(),
                "type": change.resource_type(),
                "properties": properties(change),
            })
        })
        .collect()
}

fn action(change: &ResourceChange) -> String {
    match (change.action().map(|action| action.as_str()), change.replacement()) {
        (Some("Modify"), Some(Replacement::True)) => "Replace".to_owned(),
        (Some("Modify"), Some(Replacement::Conditional)) => "Modify, maybe replace".to_owned(),
        (action, _) => action.unwrap_or_default().to_owned(),
    }
}

/// What of a resource changes.
fn properties(change: &ResourceChange) -> Vec<String> {
    let mut names: Vec<_> = change
        .details()
        .iter()
        .filter_map(|detail| detail.target())
        .filter_map(|target| {
            let attribute = target.attribute()?.as_str().to_owned();
            Some(target.name().map_or(attribute, str::to_owned))
        })
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Whose change sets a stack has.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum PendingChangeSets {
    /// It has none.
    None,
    /// This run's, or another's.
    Ours,
    /// Another tool's are among them.
    Others,
}

/// Tells whether a stack has change sets, such as another run's or another tool's.
pub(crate) async fn pending(clients: &Clients, stack: &str) -> Result<PendingChangeSets, Failure> {
    let listed = clients
        .cloudformation
        .list_change_sets()
        .stack_name(stack)
        .send()
        .await
        .map_err(aws("the stack's change sets can't be listed"))?;
    let mut names = listed
        .summaries()
        .iter()
        .filter_map(|summary| summary.change_set_name());
    Ok(match (listed.summaries(), names.all(|name| name.starts_with(PREFIX))) {
        ([], _) => PendingChangeSets::None,
        (_, true) => PendingChangeSets::Ours,
        (_, false) => PendingChangeSets::Others,
    })
}
