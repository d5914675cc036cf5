//! Makes a stack what its template says.

use std::cell::RefCell;

use aws_sdk_cloudformation::types::ResourceChange;
use serde_json::json;

use crate::{
    bucket,
    change_set::{self, ChangeSet, Planned, Request},
    cli::Cli,
    clients::Clients,
    code,
    events::{End, Follower},
    failure::{Failure, INTERRUPTED, ROLLED_BACK},
    package::Package,
    report::{self, progress},
    stack::{self, Condition},
    taken,
};

/// How often changes are computed again after somebody else has changed the stack.
const ATTEMPTS: u32 = 5;

const NOTHING_TO_DO: &str = "nothing to do: the stack is up to date";

/// Shows what [`provision`] would change; changes nothing.
pub(crate) async fn plan(cli: &Cli, clients: &Clients, package: &Package) -> Result<(), Failure> {
    let stage = RefCell::default();
    interruptible(clients, &stage, plan_once(cli, clients, package, &stage)).await
}

async fn plan_once(cli: &Cli, clients: &Clients, package: &Package, stage: &RefCell<Stage>) -> Result<(), Failure> {
    let bucket = bucket::name(clients, cli.bucket.as_deref()).await?;
    let existing = stack::settled(clients, &cli.stack).await?;
    let condition = existing
        .as_ref()
        .map_or(Condition::Absent, |stack| stack::condition(stack::status(stack)));
    if let Some(existing) = &existing {
        stack::check_owner(cli, clients, package, existing).await?;
    }
    if matches!(condition, Condition::Wreck | Condition::Stuck) {
        let status = existing.as_ref().map_or("", stack::status);
        return Err(Failure::new(format!(
            "the stack {} is in {status}: {}",
            cli.stack,
            advice(condition)
        )));
    }
    match computed(cli, clients, package, stage, &bucket, condition == Condition::Absent).await? {
        None => report::result(cli.json, &format!("{NOTHING_TO_DO}\n"), &json!({"changes": []})),
        Some(changes) => {
            let checked = taken::check(cli, clients, package, &changes).await;
            discard(clients, &changes.request).await?;
            checked?;
            let value = json!({"changes": change_set::to_json(&changes.changes)});
            report::result(cli.json, &change_set::table(&changes.changes), &value);
        }
    }
    Ok(())
}

/// Computes the changes; `None` if there are none. Then, and if they can't be computed, nothing is left behind.
async fn computed(
    cli: &Cli,
    clients: &Clients,
    package: &Package,
    stage: &RefCell<Stage>,
    bucket: &str,
    is_new: bool,
) -> Result<Option<ChangeSet>, Failure> {
    let request = Request::new(&cli.stack);
    // From here on it may be there.
    stage.replace(Stage::Planned(request.clone()));
    let request = match change_set::request(clients, package, &request, bucket, is_new).await {
        Err(failure) => {
            stage.replace(Stage::Preparing);
            return match change_set::says_nothing_changes(&failure.message) {
                true => Ok(None),
                false => Err(failure),
            };
        }
        Ok(request) => request,
    };
    stage.replace(Stage::Planned(request.clone()));
    let computed = change_set::computed(clients, &cli.stack, request.clone()).await;
    if let Ok(Some(_)) = &computed {
        return computed;
    }
    let discarded = discard(clients, &request).await;
    stage.replace(Stage::Preparing);
    // What is said is why they can't be computed, rather than why that can't be tidied up.
    let computed = computed?;
    discarded?;
    Ok(computed)
}

/// Creates the stack or updates it.
pub(crate) async fn provision(cli: &Cli, clients: &Clients, package: &Package) -> Result<(), Failure> {
    let stage = RefCell::default();
    interruptible(clients, &stage, attempts(cli, clients, package, &stage)).await
}

/// What an interruption leaves behind.
#[derive(Default)]
enum Stage {
    #[default]
    Preparing,
    Planned(Request),
    Changing,
}

async fn interruptible(
    clients: &Clients,
    stage: &RefCell<Stage>,
    work: impl Future<Output = Result<(), Failure>>,
) -> Result<(), Failure> {
    tokio::select! {
        result = work => result,
        _ = tokio::signal::ctrl_c() => Err(interrupted(clients, stage.take()).await),
    }
}

async fn interrupted(clients: &Clients, stage: Stage) -> Failure {
    let message = match stage {
        Stage::Preparing => "interrupted: nothing was changed".to_owned(),
        Stage::Planned(request) => match discard(clients, &request).await {
            Ok(()) => "interrupted: nothing was changed".to_owned(),
            Err(failure) => format!("interrupted; {}", failure.message),
        },
        Stage::Changing => {
            "interrupted: what has begun goes on in AWS; the same command follows it, and then sees whether there is \
                            more to do"
                .to_owned()
        }
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
    // Of a stack that was created, begun to be changed, or deleted meanwhile.
    const MEANWHILE: [&str; 3] = [
        "already exists and cannot be created again",
        "_IN_PROGRESS",
        "does not exist",
    ];
    OTHERS.iter().any(|code| failure.is(code))
        || failure.is("ValidationError") && MEANWHILE.iter().any(|text| failure.message.contains(text))
}

async fn attempt_once(
    cli: &Cli,
    clients: &Clients,
    package: &Package,
    stage: &RefCell<Stage>,
    bucket: &str,
) -> Result<(), Failure> {
    let is_new = prepare(cli, clients, package, stage).await?;
    let Some(changes) = computed(cli, clients, package, stage, bucket, is_new).await? else {
        stage.replace(Stage::Changing);
        let is_restored = code::restore(cli, clients, package, bucket).await?;
        let text = if is_restored {
            "the functions' code is restored"
        } else {
            NOTHING_TO_DO
        };
        return succeed(cli, clients, text, &[]).await;
    };
    progress(&change_set::table(&changes.changes));
    if let Err(failure) = taken::check(cli, clients, package, &changes).await {
        stage.replace(Stage::Preparing);
        discard(clients, &changes.request).await?;
        return Err(failure);
    }
    let follower = Follower::start(clients, &changes.request.stack_id).await?;
    stage.replace(Stage::Changing);
    if let Err(failure) = change_set::execute(clients, &changes).await {
        stage.replace(Stage::Preparing);
        // Where another run was faster, it is gone already.
        let _ = discard(clients, &changes.request).await;
        return Err(failure);
    }
    let end = follower.finish().await?;
    match &*end.status {
        "CREATE_COMPLETE" | "UPDATE_COMPLETE" | "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS" => {
            // Where `code` was faster than CloudFormation knows, its update changes nothing.
            code::restore(cli, clients, package, bucket).await?;
            succeed(
                cli,
                clients,
                &format!("the stack {} is deployed", cli.stack),
                &changes.changes,
            )
            .await
        }
        _ => Err(failed(cli, clients, &changes, end).await),
    }
}

/// Gets a stack into a state from which it can be provisioned; tells whether it is new.
async fn prepare(cli: &Cli, clients: &Clients, package: &Package, stage: &RefCell<Stage>) -> Result<bool, Failure> {
    let Some(found) = stack::settled(clients, &cli.stack).await? else {
        return Ok(true);
    };
    let status = stack::status(&found);
    let condition = stack::condition(status);
    stack::check_owner(cli, clients, package, &found).await?;
    match condition {
        Condition::Absent => Ok(true),
        Condition::Ready | Condition::Busy => Ok(false),
        Condition::Wreck => {
            progress(&format!(
                "the stack {} is in {status}, and was never made whole: deleting it first",
                cli.stack
            ));
            stage.replace(Stage::Changing);
            remove(clients, stack::id(&found)).await?;
            stage.replace(Stage::Preparing);
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
        "ROLLBACK_COMPLETE" | "CREATE_FAILED" | "ROLLBACK_FAILED" => {
            match remove(clients, &changes.request.stack_id).await {
                Ok(()) => ("was not created, and nothing of it is left".to_owned(), ROLLED_BACK),
                Err(failure) => (format!("was not created, and {}", failure.message), 1),
            }
        }
        "UPDATE_ROLLBACK_COMPLETE" | "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS" => {
            ("is as it was before".to_owned(), ROLLED_BACK)
        }
        status => (format!("is in {status}: {}", advice(Condition::Stuck)), 1),
    };
    Failure::with_code(format!("the stack {} {outcome}\n{reason}", cli.stack), exit_code)
}

async fn succeed(cli: &Cli, clients: &Clients, text: &str, changes: &[ResourceChange]) -> Result<(), Failure> {
    let found = stack::deployed(clients, &cli.stack).await?;
    progress(text);
    let outputs = stack::outputs(&found);
    let rows: Vec<_> = outputs
        .iter()
        .map(|(key, value)| vec![(*key).to_owned(), (*value).to_owned()])
        .collect();
    let value = json!({
        "changes": change_set::to_json(changes),
        "outputs": outputs.iter().map(|(key, value)| ((*key).to_owned(), json!(value))).collect::<serde_json::Map<_, _>>(),
        "stackId": stack::id(&found),
        "status": stack::status(&found),
    });
    report::result(cli.json, &report::table(&rows), &value);
    Ok(())
}

/// Deletes a change set, and the stack that was there only to have it.
async fn discard(clients: &Clients, request: &Request) -> Result<(), Failure> {
    change_set::delete(clients, request).await?;
    let Some(found) = stack::find(clients, &request.stack_id).await? else {
        return Ok(());
    };
    if stack::status(&found) == "REVIEW_IN_PROGRESS"
        && change_set::planned(clients, stack::id(&found)).await? == Planned::Nothing
    {
        remove(clients, stack::id(&found)).await?;
    }
    Ok(())
}
