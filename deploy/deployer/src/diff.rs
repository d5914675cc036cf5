//! Shows what a deployment would change.

use std::cell::RefCell;

use serde_json::{Value, json};

use crate::{
    bucket, change_set,
    cli::{Cli, DiffArgs},
    clients::Clients,
    code::{self, FunctionCode},
    failure::{CHANGES, Failure},
    name_conflicts,
    package::Package,
    pending_changes::{NOTHING_TO_DO, Stage, computed, discard, interruptible},
    report::{self, progress},
    stack::{self, Condition},
    template_changes::TemplateChanges,
};

/// Shows what [`deploy`](crate::deploy::deploy) would change; changes nothing. Returns the exit code.
pub(crate) async fn diff(cli: &Cli, clients: &Clients, package: &Package, args: &DiffArgs) -> Result<u8, Failure> {
    let stage = RefCell::default();
    let has_changes = interruptible(clients, &stage, diff_once(cli, clients, package, &stage)).await?;
    Ok(if args.exit_code && has_changes { CHANGES } else { 0 })
}

/// Tells whether there are changes.
async fn diff_once(cli: &Cli, clients: &Clients, package: &Package, stage: &RefCell<Stage>) -> Result<bool, Failure> {
    let bucket = bucket::name(clients, cli.bucket.as_deref()).await?;
    let existing = stack::settled(clients, &cli.stack).await?;
    let condition = existing
        .as_ref()
        .map_or(Condition::Absent, |stack| stack::condition(stack::status(stack)));
    let mut deployed = String::new();
    if let Some(existing) = &existing {
        deployed = stack::check_owner(cli, clients, package, existing).await?;
    }
    if matches!(condition, Condition::DeleteOnly | Condition::Stuck) {
        let status = existing.as_ref().map_or("", stack::status);
        return Err(Failure::new(format!(
            "the stack {} is in {status}: {}",
            cli.stack,
            condition.advice()
        )));
    }
    let is_new = condition == Condition::Absent;
    if package.is_large() && !bucket::is_there(clients, &bucket).await? {
        return without_bucket(cli, package, &bucket, is_new);
    }
    let (templates, functions) = match is_new {
        true => (TemplateChanges::none(), Vec::new()),
        false => (
            TemplateChanges::new(&deployed, &package.body)?,
            code::functions(cli, clients, package, &deployed).await?,
        ),
    };
    match computed(cli, clients, package, stage, &bucket, is_new).await? {
        None => {
            let has_changes = functions.iter().any(FunctionCode::is_changed);
            let text = match has_changes {
                // By `sync`, or by somebody else.
                true => "Restore  the functions' code\n".to_owned(),
                false => format!("{NOTHING_TO_DO}\n"),
            };
            Ok(show(cli, &text, has_changes, json!([]), &functions))
        }
        Some(changes) => {
            let checked = name_conflicts::check(cli, clients, package, &changes).await;
            let discarded = discard(clients, &changes.reference).await;
            // What is said is why they can't be made, rather than why that can't be tidied up.
            checked?;
            discarded?;
            let text = change_set::table(&changes.changes, &templates);
            Ok(show(
                cli,
                &text,
                // Such as those of outputs, which are no resource's.
                true,
                change_set::to_json(&changes.changes, &templates),
                &functions,
            ))
        }
    }
}

/// Prints the result; tells whether there are changes.
fn show(cli: &Cli, text: &str, has_changes: bool, changes: Value, functions: &[FunctionCode]) -> bool {
    let mut text = text.to_owned();
    if has_changes {
        for line in functions.iter().filter_map(FunctionCode::line) {
            text += &line;
            text.push('\n');
        }
    }
    for drift in functions.iter().filter_map(FunctionCode::drift) {
        progress(&drift);
    }
    let functions: Vec<_> = functions.iter().map(FunctionCode::to_json).collect();
    report::result(
        cli.json,
        &text,
        &json!({"changes": changes, "functions": functions, "hasChanges": has_changes}),
    );
    has_changes
}

/// As [`diff_once`], where CloudFormation can't be given the template, as nothing is made to give it.
fn without_bucket(cli: &Cli, package: &Package, bucket: &str, is_new: bool) -> Result<bool, Failure> {
    if !is_new {
        return Err(Failure::new(format!(
            "the template has {} bytes, which CloudFormation takes from a bucket alone, and there is no bucket {bucket} any longer: \
             `deploy` makes it, or name another with `--bucket`",
            package.body.len()
        )));
    }
    progress(&format!(
        "CloudFormation was not asked: it takes a template of {} bytes from a bucket alone, and there is no {bucket} yet",
        package.body.len()
    ));
    let added: Vec<_> = package.resource_types().collect();
    let rows: Vec<_> = added
        .iter()
        .map(|(id, kind)| vec!["Add".to_owned(), (*id).to_owned(), (*kind).to_owned()])
        .collect();
    let changes: Vec<_> = added
        .iter()
        .map(|(id, kind)| json!({"action": "Add", "logicalId": id, "physicalId": null, "type": kind, "properties": []}))
        .collect();
    Ok(show(cli, &report::table(&rows), true, json!(changes), &[]))
}
