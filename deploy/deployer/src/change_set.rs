//! A [change set](https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-changesets.html):
//! what CloudFormation would change, before it does.

use std::time::{SystemTime, UNIX_EPOCH};

use aws_sdk_cloudformation::types::{
    Capability, Change, ChangeSetStatus, ChangeSetType, ExecutionStatus, Parameter, PolicyAction, Replacement,
    RequiresRecreation, ResourceChange,
};
use serde_json::{Value, json};
use stack_metadata::{CODE_BUCKET, CODE_KEY};

use crate::{
    bucket::{self, TemplateObject},
    clients::Clients,
    failure::{Failure, aws},
    package::Package,
    report,
    stack::POLL,
    template_changes::TemplateChanges,
};

/// A change set that has been computed.
pub(crate) struct ChangeSet {
    pub(crate) reference: ChangeSetRef,
    pub(crate) changes: Vec<ResourceChange>,
}

/// What the names of our change sets start with.
const PREFIX: &str = "deploy-";

/// Whether a change set's name is one that [`ChangeSetRef::new`] gives.
pub(crate) fn is_own(name: &str) -> bool {
    let numbers = name.strip_prefix(PREFIX).and_then(|numbers| numbers.split_once('-'));
    numbers.is_some_and(|(nanoseconds, process)| {
        !nanoseconds.is_empty()
            && !process.is_empty()
            && nanoseconds.bytes().all(|byte| byte.is_ascii_hexdigit())
            && process.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// A change set, by its name and its stack's, or by their IDs.
#[derive(Clone, Debug)]
pub(crate) struct ChangeSetRef {
    pub(crate) id: String,
    pub(crate) stack_id: String,
    /// Where its template is, if it is too large for a request.
    pub(crate) template: Option<TemplateObject>,
}

impl ChangeSetRef {
    /// A change set of this run alone, so that two at once don't meet.
    pub(crate) fn new(stack: &str, package: &Package, bucket: &str) -> Self {
        let nanoseconds = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
            .as_nanos();
        let id = format!("{PREFIX}{nanoseconds:x}-{}", std::process::id());
        Self {
            template: package.is_large().then(|| TemplateObject::new(bucket, &id)),
            id,
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
    let request = clients.cloudformation.create_change_set();
    let request = match &reference.template {
        Some(object) => request.template_url(bucket::upload_template(clients, object, &package.body).await?),
        None => request.template_body(&package.body),
    };
    let created = request
        .stack_name(stack)
        .change_set_name(&reference.id)
        .change_set_type(if is_new {
            ChangeSetType::Create
        } else {
            ChangeSetType::Update
        })
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
        template: reference.template.clone(),
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

/// The changes, for people: a line for each, also of what is none of a resource, and what is lost by those that replace or remove
/// something.
pub(crate) fn table(changes: &[ResourceChange], templates: &TemplateChanges) -> String {
    let resources = changes.iter().map(|change| {
        vec![
            action(change),
            change.logical_resource_id().unwrap_or_default().to_owned(),
            change.resource_type().unwrap_or_default().to_owned(),
            properties(change, templates).join(", "),
        ]
    });
    let parts = templates
        .parts()
        .into_iter()
        .map(|part| vec!["Modify".to_owned(), part]);
    let rows: Vec<_> = resources.chain(parts).collect();
    let mut text = match rows.is_empty() {
        true => "Modify  the template alone\n".to_owned(),
        false => report::table(&rows),
    };
    for warning in changes.iter().filter_map(warning) {
        text += &warning;
        text.push('\n');
    }
    text
}

/// What a change means for what is there, where it does not stay.
fn warning(change: &ResourceChange) -> Option<String> {
    let id = change.logical_resource_id().unwrap_or_default();
    let physical = change.physical_resource_id().unwrap_or("what is there");
    let is_kept = matches!(
        change.policy_action(),
        Some(PolicyAction::Retain | PolicyAction::ReplaceAndRetain)
    );
    let then = match is_kept {
        true => "is kept, outside the stack",
        false => "is deleted, with what it holds",
    };
    let action = change.action().map(|action| action.as_str());
    let because = match causes(change) {
        causes if causes.is_empty() => String::new(),
        causes => format!(", as {} can't be changed in place", causes.join(" and ")),
    };
    match (action, change.replacement()) {
        (Some("Modify"), Some(Replacement::True)) => Some(format!(
            "{id} is replaced{because}: a new one is made, and {physical} {then}"
        )),
        (Some("Modify"), Some(Replacement::Conditional)) => Some(format!(
            "{id} may be replaced, which CloudFormation can't tell before{because}: then {physical} {then}"
        )),
        (Some("Remove"), _) if holds_something(change) => Some(format!("{id} is removed: {physical} {then}")),
        _ => None,
    }
}

/// Whether something may be lost with a resource, such as a function URL's address, or a position in a stream. Versions of functions
/// and layers come and go with each deployment.
fn holds_something(change: &ResourceChange) -> bool {
    const NOTHING: [&str; 4] = [
        "AWS::Lambda::LayerVersion",
        "AWS::Lambda::LayerVersionPermission",
        "AWS::Lambda::Permission",
        "AWS::Lambda::Version",
    ];
    let kind = change.resource_type().unwrap_or_default();
    !NOTHING.contains(&kind) && !kind.starts_with("AWS::IAM::")
}

/// The properties for which a resource has to be made anew.
fn causes(change: &ResourceChange) -> Vec<String> {
    let targets = change.details().iter().filter_map(|detail| detail.target());
    let mut names: Vec<_> = targets
        .filter(|target| {
            matches!(
                target.requires_recreation(),
                Some(RequiresRecreation::Always | RequiresRecreation::Conditionally)
            )
        })
        .filter_map(|target| target.name().map(str::to_owned))
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// The changes, for machines.
pub(crate) fn to_json(changes: &[ResourceChange], templates: &TemplateChanges) -> Value {
    changes
        .iter()
        .map(|change| {
            json!({
                "action": action(change),
                "logicalId": change.logical_resource_id(),
                "physicalId": change.physical_resource_id(),
                "type": change.resource_type(),
                "properties": properties(change, templates),
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

/// What of a resource changes, with its values where they are short.
fn properties(change: &ResourceChange, templates: &TemplateChanges) -> Vec<String> {
    if change.action().map(|action| action.as_str()) != Some("Modify") {
        return Vec::new();
    }
    let id = change.logical_resource_id().unwrap_or_default();
    let mut names: Vec<_> = change
        .details()
        .iter()
        .filter_map(|detail| detail.target())
        .filter_map(|target| {
            let attribute = target.attribute()?.as_str().to_owned();
            Some(target.name().map_or(attribute, str::to_owned))
        })
        .collect();
    if names.is_empty() {
        names = templates.properties(id);
    }
    names.sort_unstable();
    names.dedup();
    names
        .into_iter()
        .map(|name| match templates.values(id, &name) {
            Some(values) => format!("{name} ({values})"),
            None => name,
        })
        .collect()
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
    Ok(match (listed.summaries(), names.all(is_own)) {
        ([], _) => PendingChangeSets::None,
        (_, true) => PendingChangeSets::Ours,
        (_, false) => PendingChangeSets::Others,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_cloudformation::types::{
        ChangeAction, ResourceAttribute, ResourceChangeDetail, ResourceTargetDefinition,
    };
    use serde_json::json;

    fn change(action: ChangeAction, replacement: Option<Replacement>, policy: Option<PolicyAction>) -> ResourceChange {
        let target = ResourceTargetDefinition::builder()
            .attribute(ResourceAttribute::Properties)
            .name("QueueName")
            .requires_recreation(RequiresRecreation::Always)
            .build();
        ResourceChange::builder()
            .action(action)
            .set_replacement(replacement)
            .set_policy_action(policy)
            .logical_resource_id("Orders")
            .physical_resource_id("shop-orders")
            .resource_type("AWS::SQS::Queue")
            .details(ResourceChangeDetail::builder().target(target).build())
            .build()
    }

    fn templates() -> TemplateChanges {
        let template = |name: &str| json!({"Resources": {"Orders": {"Properties": {"QueueName": name}}}}).to_string();
        TemplateChanges::new(&template("orders"), &template("orders-2")).unwrap()
    }

    #[test]
    fn a_replacement_is_named_with_its_cause_and_what_is_lost() {
        let replaced = change(
            ChangeAction::Modify,
            Some(Replacement::True),
            Some(PolicyAction::ReplaceAndDelete),
        );
        assert_eq!(
            table(&[replaced], &templates()),
            "Replace  Orders  AWS::SQS::Queue  QueueName (orders → orders-2)\n\
             Orders is replaced, as QueueName can't be changed in place: a new one is made, and shop-orders is deleted, with what \
             it holds\n"
        );
        let maybe = change(ChangeAction::Modify, Some(Replacement::Conditional), None);
        assert!(table(&[maybe], &templates()).contains("Orders may be replaced"));
    }

    #[test]
    fn what_changes_no_resource_is_a_change_too() {
        let template = |url: &str| json!({"Outputs": {"Url": {"Value": url}}}).to_string();
        let templates = TemplateChanges::new(&template("a"), &template("b")).unwrap();
        assert_eq!(table(&[], &templates), "Modify  Outputs\n");
        assert_eq!(table(&[], &TemplateChanges::none()), "Modify  the template alone\n");
    }

    #[test]
    fn what_is_removed_and_kept_is_told_from_what_is_deleted() {
        let removed = change(ChangeAction::Remove, None, None);
        assert_eq!(
            warning(&removed).unwrap(),
            "Orders is removed: shop-orders is deleted, with what it holds"
        );
        let kept = change(ChangeAction::Remove, None, Some(PolicyAction::Retain));
        assert_eq!(
            warning(&kept).unwrap(),
            "Orders is removed: shop-orders is kept, outside the stack"
        );
        assert_eq!(warning(&change(ChangeAction::Add, None, None)), None);
        let of_type = |kind: &str| {
            let change = ResourceChange::builder().action(ChangeAction::Remove);
            warning(&change.resource_type(kind).build())
        };
        assert_eq!(of_type("AWS::Lambda::Version"), None);
        assert_eq!(of_type("AWS::IAM::Role"), None);
        for kind in [
            "AWS::Lambda::EventSourceMapping",
            "AWS::Lambda::Function",
            "AWS::Lambda::Url",
        ] {
            assert!(of_type(kind).is_some(), "{kind}");
        }
    }

    #[test]
    fn names_of_own_change_sets_are_told_from_others() {
        assert!(is_own("deploy-17bc0f3a-4711"));
        for other in [
            "deploy-2024-prod",
            "deploy-",
            "deploy--",
            "deploy-shop",
            "samcli-deploy1700000000",
        ] {
            assert!(!is_own(other), "{other}");
        }
    }
}
