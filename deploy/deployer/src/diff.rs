//! Shows what a deployment would change.

use std::cell::RefCell;

use serde_json::json;

use crate::{
    bucket, change_set,
    cli::Cli,
    clients::Clients,
    failure::Failure,
    name_conflicts,
    package::Package,
    pending_changes::{NOTHING_TO_DO, Stage, computed, discard, interruptible},
    report,
    stack::{self, Condition},
};

/// Shows what [`deploy`](crate::deploy::deploy) would change; changes nothing.
pub(crate) async fn diff(cli: &Cli, clients: &Clients, package: &Package) -> Result<(), Failure> {
    let stage = RefCell::default();
    interruptible(clients, &stage, diff_once(cli, clients, package, &stage)).await
}

async fn diff_once(cli: &Cli, clients: &Clients, package: &Package, stage: &RefCell<Stage>) -> Result<(), Failure> {
    let bucket = bucket::name(clients, cli.bucket.as_deref()).await?;
    let existing = stack::settled(clients, &cli.stack).await?;
    let condition = existing
        .as_ref()
        .map_or(Condition::Absent, |stack| stack::condition(stack::status(stack)));
    if let Some(existing) = &existing {
        stack::check_owner(cli, clients, package, existing).await?;
    }
    if matches!(condition, Condition::DeleteOnly | Condition::Stuck) {
        let status = existing.as_ref().map_or("", stack::status);
        return Err(Failure::new(format!(
            "the stack {} is in {status}: {}",
            cli.stack,
            condition.advice()
        )));
    }
    match computed(cli, clients, package, stage, &bucket, condition == Condition::Absent).await? {
        None => report::result(cli.json, &format!("{NOTHING_TO_DO}\n"), &json!({"changes": []})),
        Some(changes) => {
            let checked = name_conflicts::check(cli, clients, package, &changes).await;
            discard(clients, &changes.reference).await?;
            checked?;
            let value = json!({"changes": change_set::to_json(&changes.changes)});
            report::result(cli.json, &change_set::table(&changes.changes), &value);
        }
    }
    Ok(())
}
