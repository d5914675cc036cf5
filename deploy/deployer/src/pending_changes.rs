//! Changes that are computed and not yet made, and what is left of them when a run is interrupted.

use std::cell::RefCell;

use crate::{
    bucket,
    change_set::{self, ChangeSet, ChangeSetRef, PendingChangeSets},
    cli::Cli,
    clients::Clients,
    delete::remove_fully,
    failure::{Failure, INTERRUPTED},
    package::Package,
    stack,
};

/// What is said where a stack is what its template says.
pub(crate) const NOTHING_TO_DO: &str = "nothing to do: the stack is up to date";

/// What an interruption leaves behind.
#[derive(Default)]
pub(crate) enum Stage {
    #[default]
    /// Nothing.
    Preparing,
    /// A change set is asked for, or there.
    Requested(ChangeSetRef),
    /// The stack changes.
    Changing,
}

pub(crate) async fn interruptible<T>(
    clients: &Clients,
    stage: &RefCell<Stage>,
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    tokio::select! {
        result = work => result,
        _ = tokio::signal::ctrl_c() => Err(interrupted(clients, stage.take()).await),
    }
}

async fn interrupted(clients: &Clients, stage: Stage) -> Failure {
    let message = match stage {
        Stage::Preparing => "interrupted: nothing was changed".to_owned(),
        Stage::Requested(reference) => match discard_all(clients, &reference).await {
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

/// Computes the changes; `None` if there are none. Then, and if they can't be computed, nothing is left behind.
pub(crate) async fn computed(
    cli: &Cli,
    clients: &Clients,
    package: &Package,
    stage: &RefCell<Stage>,
    bucket: &str,
    is_new: bool,
) -> Result<Option<ChangeSet>, Failure> {
    let reference = ChangeSetRef::new(&cli.stack, package, bucket);
    // From here on it may be there.
    stage.replace(Stage::Requested(reference.clone()));
    let reference = match change_set::create(clients, package, &reference, bucket, is_new).await {
        Err(failure) => {
            discard_template(clients, &reference).await;
            stage.replace(Stage::Preparing);
            return match change_set::says_nothing_changes(&failure.message) {
                true => Ok(None),
                false => Err(failure),
            };
        }
        Ok(reference) => reference,
    };
    stage.replace(Stage::Requested(reference.clone()));
    let computed = change_set::computed(clients, &cli.stack, reference.clone()).await;
    discard_template(clients, &reference).await;
    if let Ok(Some(_)) = &computed {
        return computed;
    }
    let discarded = discard(clients, &reference).await;
    stage.replace(Stage::Preparing);
    // What is said is why they can't be computed, rather than why that can't be tidied up.
    let computed = computed?;
    discarded?;
    Ok(computed)
}

/// Removes what CloudFormation has read by now.
async fn discard_template(clients: &Clients, reference: &ChangeSetRef) {
    if let Some(template) = &reference.template {
        bucket::remove_template(clients, template).await;
    }
}

/// As [`discard`], of a run that is interrupted before its changes are computed.
async fn discard_all(clients: &Clients, reference: &ChangeSetRef) -> Result<(), Failure> {
    discard_template(clients, reference).await;
    discard(clients, reference).await
}

/// Deletes a change set, and the stack that was there only to have it.
pub(crate) async fn discard(clients: &Clients, reference: &ChangeSetRef) -> Result<(), Failure> {
    change_set::delete(clients, reference).await?;
    let Some(found) = stack::find(clients, &reference.stack_id).await? else {
        return Ok(());
    };
    if stack::status(&found) == "REVIEW_IN_PROGRESS"
        && change_set::pending(clients, stack::id(&found)).await? == PendingChangeSets::None
    {
        remove_fully(clients, stack::id(&found)).await?;
    }
    Ok(())
}
