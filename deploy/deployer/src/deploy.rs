//! Makes a stack what its template says.

use std::cell::RefCell;

use serde_json::{Value, json};

use crate::{
    bucket,
    change_set::{self, ChangeSet},
    cli::Cli,
    clients::Clients,
    code::{self, FunctionCode},
    delete::remove_fully,
    events::{End, Follower},
    expiry::{self, Former},
    failure::{Failure, ROLLED_BACK},
    name_conflicts,
    package::{Archive, Package},
    pending_changes::{NOTHING_TO_DO, Stage, computed, discard, interruptible},
    report::{self, progress},
    stack::{self, Condition},
    sync::{self, Source},
    template_changes::TemplateChanges,
};

/// How often changes are computed again after somebody else has changed the stack.
const ATTEMPTS: u32 = 5;

/// Creates the stack or updates it.
pub(crate) async fn deploy(cli: &Cli, clients: &Clients, package: &Package) -> Result<(), Failure> {
    let stage = RefCell::default();
    interruptible(clients, &stage, attempts(cli, clients, package, &stage)).await
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
    let before = prepare(cli, clients, package, stage).await?;
    for drift in before.functions.iter().filter_map(FunctionCode::drift) {
        progress(&drift);
    }
    let Some(changes) = computed(cli, clients, package, stage, bucket, before.is_new).await? else {
        stage.replace(Stage::Changing);
        let is_restored = sync::restore(cli, clients, package, Source::Bucket(bucket)).await?;
        let text = if is_restored {
            "the functions' code is restored"
        } else {
            NOTHING_TO_DO
        };
        return succeed(cli, clients, text, json!([])).await;
    };
    progress(&change_set::table(&changes.changes, &before.templates));
    if let Err(failure) = name_conflicts::check(cli, clients, package, &changes).await {
        // What is said is why they can't be made, rather than why that can't be tidied up.
        let _ = discard(clients, &changes.reference).await;
        stage.replace(Stage::Preparing);
        return Err(failure);
    }
    let follower = Follower::start(clients, &changes.reference.stack_id).await?;
    stage.replace(Stage::Changing);
    if let Err(failure) = change_set::execute(clients, &changes).await {
        stage.replace(Stage::Preparing);
        // Where another run was faster, it is gone already.
        let _ = discard(clients, &changes.reference).await;
        return Err(failure);
    }
    let end = follower.finish().await?;
    match &*end.status {
        "CREATE_COMPLETE" | "UPDATE_COMPLETE" | "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS" => {
            // Where `sync` was faster than CloudFormation knows, its update changes nothing.
            sync::restore(cli, clients, package, Source::Bucket(bucket)).await?;
            let text = format!("the stack {} is deployed", cli.stack);
            let shown = change_set::to_json(&changes.changes, &before.templates);
            let result = succeed(cli, clients, &text, shown).await;
            // Nobody waits for this.
            if cli.bucket.is_none() {
                let current: Vec<_> = package.archives().map(Archive::key).collect();
                expiry::tidy(clients, bucket, &before.former, &current).await;
            }
            result
        }
        _ => Err(failed(cli, clients, &changes, end).await),
    }
}

/// What there is before a deployment.
struct Before {
    /// Whether the stack is new.
    is_new: bool,
    templates: TemplateChanges,
    functions: Vec<FunctionCode>,
    former: Former,
}

impl Before {
    fn nothing() -> Self {
        Self {
            is_new: true,
            templates: TemplateChanges::none(),
            functions: Vec::new(),
            former: Former::default(),
        }
    }
}

/// Gets a stack into a state from which it can be deployed; tells what it is like.
async fn prepare(cli: &Cli, clients: &Clients, package: &Package, stage: &RefCell<Stage>) -> Result<Before, Failure> {
    let Some(found) = stack::settled(clients, &cli.stack).await? else {
        return Ok(Before::nothing());
    };
    let status = stack::status(&found);
    let condition = stack::condition(status);
    let deployed = stack::check_owner(cli, clients, package, &found).await?;
    match condition {
        Condition::Absent => Ok(Before::nothing()),
        Condition::Ready | Condition::Busy => Ok(Before {
            is_new: false,
            templates: TemplateChanges::new(&deployed, &package.body)?,
            functions: code::functions(cli, clients, package, &deployed).await?,
            former: Former::of(&found, &deployed),
        }),
        Condition::DeleteOnly => {
            progress(&format!(
                "the stack {} is in {status}, and was never made whole: deleting it first",
                cli.stack
            ));
            stage.replace(Stage::Changing);
            remove_fully(clients, stack::id(&found)).await?;
            stage.replace(Stage::Preparing);
            Ok(Before::nothing())
        }
        Condition::Stuck => Err(Failure::new(format!(
            "the stack {} is in {status}: {}",
            cli.stack,
            Condition::Stuck.advice()
        ))),
    }
}

async fn failed(cli: &Cli, clients: &Clients, changes: &ChangeSet, end: End) -> Failure {
    let reason = end
        .reason
        .unwrap_or_else(|| "CloudFormation gives no reason".to_owned());
    let (outcome, exit_code) = match &*end.status {
        "DELETE_COMPLETE" => ("was not created, and nothing of it is left".to_owned(), ROLLED_BACK),
        "ROLLBACK_COMPLETE" | "CREATE_FAILED" | "ROLLBACK_FAILED" => {
            match remove_fully(clients, &changes.reference.stack_id).await {
                Ok(()) => ("was not created, and nothing of it is left".to_owned(), ROLLED_BACK),
                Err(failure) => (format!("was not created, and {}", failure.message), 1),
            }
        }
        "UPDATE_ROLLBACK_COMPLETE" | "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS" => {
            ("is as it was before".to_owned(), ROLLED_BACK)
        }
        status => (format!("is in {status}: {}", Condition::Stuck.advice()), 1),
    };
    Failure::with_code(format!("the stack {} {outcome}\n{reason}", cli.stack), exit_code)
}

async fn succeed(cli: &Cli, clients: &Clients, text: &str, changes: Value) -> Result<(), Failure> {
    let found = stack::deployed(clients, &cli.stack).await?;
    progress(text);
    let outputs = stack::outputs(&found);
    let value = json!({
        "changes": changes,
        "outputs": outputs,
        "stackId": stack::id(&found),
        "status": stack::status(&found),
    });
    report::result(cli.json, &report::pairs(&outputs), &value);
    Ok(())
}
