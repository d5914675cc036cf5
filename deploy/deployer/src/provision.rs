//! Makes a stack what its template says.

use std::cell::RefCell;

use serde_json::json;

use crate::{
    bucket,
    change_set::{self, ChangeSet},
    cli::Cli,
    clients::Clients,
    code,
    events::{End, Follower},
    failure::{Failure, INTERRUPTED, ROLLED_BACK},
    package::Package,
    report::{self, progress},
    stack::{self, Condition},
};

/// How often changes are computed again after somebody else has changed the stack.
const ATTEMPTS: u32 = 5;

/// Shows what [`provision`] would change; changes nothing.
pub(crate) async fn plan(cli: &Cli, clients: &Clients, package: &Package) -> Result<(), Failure> {
    let bucket = bucket::name(clients, cli.bucket.as_deref()).await?;
    let existing = stack::settled(clients, &cli.stack).await?;
    let condition = existing
        .as_ref()
        .map_or(Condition::Absent, |stack| stack::condition(stack::status(stack)));
    if matches!(condition, Condition::Wreck | Condition::Stuck) {
        let status = existing.as_ref().map_or("", stack::status);
        return Err(Failure::new(format!(
            "the stack {} is in {status}: {}",
            cli.stack,
            advice(condition)
        )));
    }
    let changes = change_set::create(clients, package, &cli.stack, &bucket, condition == Condition::Absent).await?;
    discard(clients, &changes).await?;
    if changes.is_empty {
        report::result(
            cli.json,
            "nothing to do: the stack is up to date\n",
            &json!({"changes": []}),
        );
    } else {
        let value = json!({"changes": change_set::to_json(&changes.changes)});
        report::result(cli.json, &change_set::table(&changes.changes), &value);
    }
    Ok(())
}

/// Creates the stack or updates it.
pub(crate) async fn provision(cli: &Cli, clients: &Clients, package: &Package) -> Result<(), Failure> {
    let stage = RefCell::new(Stage::Preparing);
    tokio::select! {
        result = attempts(cli, clients, package, &stage) => result,
        _ = tokio::signal::ctrl_c() => Err(interrupted(cli, clients, stage.take()).await),
    }
}

/// What an interruption leaves behind.
#[derive(Default)]
enum Stage {
    #[default]
    Preparing,
    Planned {
        id: String,
        stack_id: String,
    },
    Executing,
}

async fn interrupted(cli: &Cli, clients: &Clients, stage: Stage) -> Failure {
    let message = match stage {
        Stage::Preparing => "interrupted: nothing was changed".to_owned(),
        Stage::Planned { id, stack_id } => match discard_planned(clients, &id, &stack_id).await {
            Ok(()) => "interrupted: nothing was changed".to_owned(),
            Err(failure) => format!("interrupted; {}", failure.message),
        },
        Stage::Executing => format!(
            "interrupted: CloudFormation goes on with the stack {}; the same command follows it, and then sees whether there is \
             more to do",
            cli.stack
        ),
    };
    Failure::with_code(message, INTERRUPTED)
}

async fn attempts(cli: &Cli, clients: &Clients, package: &Package, stage: &RefCell<Stage>) -> Result<(), Failure> {
    let bucket = bucket::upload(clients, package, cli.bucket.as_deref()).await?;
    let mut attempt = 1;
    loop {
        match attempt_once(cli, clients, package, stage, &bucket).await {
            Err(failure) if is_conflict(&failure) && attempt < ATTEMPTS => {
                progress("the stack was changed meanwhile: computing the changes again");
                attempt += 1;
                tokio::time::sleep(stack::POLL).await;
            }
            other => return other,
        }
    }
}

/// Whether somebody else was faster.
fn is_conflict(failure: &Failure) -> bool {
    const OTHERS: [&str; 4] = [
        "ChangeSetNotFound",
        "InvalidChangeSetStatus",
        "AlreadyExistsException",
        "OperationInProgressException",
    ];
    OTHERS.iter().any(|code| failure.is(code))
        || failure.is("ValidationError") && failure.message.contains("_IN_PROGRESS")
}

async fn attempt_once(
    cli: &Cli,
    clients: &Clients,
    package: &Package,
    stage: &RefCell<Stage>,
    bucket: &str,
) -> Result<(), Failure> {
    let is_new = prepare(cli, clients).await?;
    let changes = change_set::create(clients, package, &cli.stack, bucket, is_new).await?;
    stage.replace(Stage::Planned {
        id: changes.id.clone(),
        stack_id: changes.stack_id.clone(),
    });
    if changes.is_empty {
        discard(clients, &changes).await?;
        let is_restored = code::restore(cli, clients, package, bucket).await?;
        let text = if is_restored {
            "the functions' code is restored"
        } else {
            "nothing to do: the stack is up to date"
        };
        return succeed(cli, clients, text, &changes).await;
    }
    progress(&change_set::table(&changes.changes));
    let follower = Follower::start(clients, &changes.stack_id).await?;
    change_set::execute(clients, &changes).await?;
    stage.replace(Stage::Executing);
    let end = follower.finish().await?;
    match &*end.status {
        "CREATE_COMPLETE" | "UPDATE_COMPLETE" | "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS" => {
            // Where `code` was faster than CloudFormation knows, its update changes nothing.
            code::restore(cli, clients, package, bucket).await?;
            succeed(cli, clients, &format!("the stack {} is deployed", cli.stack), &changes).await
        }
        _ => Err(failed(cli, clients, &changes, end).await),
    }
}

/// Gets a stack into a state from which it can be provisioned; tells whether it is new.
async fn prepare(cli: &Cli, clients: &Clients) -> Result<bool, Failure> {
    let Some(found) = stack::settled(clients, &cli.stack).await? else {
        return Ok(true);
    };
    let status = stack::status(&found);
    match stack::condition(status) {
        Condition::Absent => Ok(true),
        Condition::Ready | Condition::Busy => Ok(false),
        Condition::Wreck => {
            progress(&format!(
                "the stack {} is in {status}, and was never made whole: deleting it first",
                cli.stack
            ));
            remove(clients, stack::id(&found)).await?;
            Ok(true)
        }
        Condition::Stuck => Err(Failure::new(format!(
            "the stack {} is in {status}: {}",
            cli.stack,
            advice(Condition::Stuck)
        ))),
    }
}

fn advice(condition: Condition) -> &'static str {
    match condition {
        Condition::Wreck => "it was never made whole; provisioning it deletes it first",
        _ => {
            "CloudFormation could not finish by itself. After a failed rollback, run `aws cloudformation continue-update-rollback`; \
             after a failed deletion, see `describe`, and then `delete`"
        }
    }
}

async fn remove(clients: &Clients, stack_id: &str) -> Result<(), Failure> {
    let end = crate::delete::remove(clients, stack_id).await?;
    if end.status != "DELETE_COMPLETE" {
        return Err(Failure::new(format!(
            "the stack can't be deleted: {}",
            end.reason.unwrap_or(end.status)
        )));
    }
    Ok(())
}

async fn failed(cli: &Cli, clients: &Clients, changes: &ChangeSet, end: End) -> Failure {
    let reason = end
        .reason
        .unwrap_or_else(|| "CloudFormation gives no reason".to_owned());
    let (outcome, exit_code) = match &*end.status {
        "DELETE_COMPLETE" => ("was not created, and nothing of it is left".to_owned(), ROLLED_BACK),
        "ROLLBACK_COMPLETE" | "CREATE_FAILED" | "ROLLBACK_FAILED" => match remove(clients, &changes.stack_id).await {
            Ok(()) => ("was not created, and nothing of it is left".to_owned(), ROLLED_BACK),
            Err(failure) => (format!("was not created, and {}", failure.message), 1),
        },
        "UPDATE_ROLLBACK_COMPLETE" | "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS" => {
            ("is as it was before".to_owned(), ROLLED_BACK)
        }
        status => (format!("is in {status}: {}", advice(Condition::Stuck)), 1),
    };
    Failure::with_code(format!("the stack {} {outcome}\n{reason}", cli.stack), exit_code)
}

async fn succeed(cli: &Cli, clients: &Clients, text: &str, changes: &ChangeSet) -> Result<(), Failure> {
    let found = stack::deployed(clients, &cli.stack).await?;
    progress(text);
    let outputs = stack::outputs(&found);
    let rows: Vec<_> = outputs
        .iter()
        .map(|(key, value)| vec![(*key).to_owned(), (*value).to_owned()])
        .collect();
    let value = json!({
        "changes": change_set::to_json(&changes.changes),
        "outputs": outputs.iter().map(|(key, value)| ((*key).to_owned(), json!(value))).collect::<serde_json::Map<_, _>>(),
        "stackId": stack::id(&found),
        "status": stack::status(&found),
    });
    report::result(cli.json, &report::table(&rows), &value);
    Ok(())
}

async fn discard(clients: &Clients, changes: &ChangeSet) -> Result<(), Failure> {
    discard_planned(clients, &changes.id, &changes.stack_id).await
}

/// Deletes a change set, and the stack that was there only to have it.
async fn discard_planned(clients: &Clients, id: &str, stack_id: &str) -> Result<(), Failure> {
    change_set::delete(clients, id).await?;
    let found = stack::find(clients, stack_id).await?;
    if found.is_some_and(|stack| stack::status(&stack) == "REVIEW_IN_PROGRESS")
        && !change_set::any(clients, stack_id).await?
    {
        remove(clients, stack_id).await?;
    }
    Ok(())
}
