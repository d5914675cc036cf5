//! Deletes a stack.

use std::io::{self, BufRead, IsTerminal};

use serde_json::json;

use crate::{
    cli::{Cli, DeleteArgs},
    clients::Clients,
    events::{End, Follower},
    failure::{Failure, aws},
    package::Package,
    report::{self, progress},
    stack,
};

/// Deletes the stack, once it is confirmed.
pub(crate) async fn delete(cli: &Cli, clients: &Clients, package: &Package, args: &DeleteArgs) -> Result<(), Failure> {
    let Some(found) = stack::settled(clients, &cli.stack).await? else {
        report::result(
            cli.json,
            &format!("nothing to do: there is no stack {} in {}\n", cli.stack, clients.region),
            &json!({"status": null}),
        );
        return Ok(());
    };
    stack::check_owner(cli, clients, package, &found).await?;
    if !args.yes {
        confirm(cli, clients, package).await?;
    }
    let end = remove(clients, stack::id(&found)).await?;
    if end.status != "DELETE_COMPLETE" {
        return Err(Failure::new(format!(
            "the stack {} is in {}\n{}",
            cli.stack,
            end.status,
            end.reason
                .unwrap_or_else(|| "CloudFormation gives no reason".to_owned())
        )));
    }
    report::result(
        cli.json,
        &format!("the stack {} is deleted\n", cli.stack),
        &json!({"status": end.status}),
    );
    Ok(())
}

async fn confirm(cli: &Cli, clients: &Clients, package: &Package) -> Result<(), Failure> {
    let functions: Vec<_> = package
        .metadata
        .functions
        .iter()
        .map(|function| &*function.name)
        .collect();
    let question = format!(
        "delete the stack {} of account {} in {}, with {}?",
        cli.stack,
        clients.identity().await?.account,
        clients.region,
        functions.join(", ")
    );
    if !io::stdin().is_terminal() {
        return Err(Failure::with_code(
            format!("{question}\nthere is no terminal to answer on: add `--yes`"),
            2,
        ));
    }
    progress(&format!("{question} [y/N]"));
    let mut answer = String::new();
    io::stdin()
        .lock()
        .read_line(&mut answer)
        .map_err(|error| Failure::new(format!("the answer can't be read: {error}")))?;
    if !matches!(answer.trim(), "y" | "Y" | "yes") {
        return Err(Failure::new("nothing was deleted"));
    }
    Ok(())
}

/// Deletes a stack, by its ID, and follows that to its end.
pub(crate) async fn remove(clients: &Clients, stack_id: &str) -> Result<End, Failure> {
    let follower = Follower::start(clients, stack_id).await?;
    clients
        .cloudformation
        .delete_stack()
        .stack_name(stack_id)
        .send()
        .await
        .map_err(aws("CloudFormation does not delete the stack"))?;
    follower.finish().await
}

/// As [`remove`], where it is not what was asked for.
///
/// # Errors
///
/// When the stack is not gone in the end, too.
pub(crate) async fn remove_fully(clients: &Clients, stack_id: &str) -> Result<(), Failure> {
    let end = remove(clients, stack_id).await?;
    if end.status != "DELETE_COMPLETE" {
        return Err(Failure::new(format!(
            "the stack can't be deleted: {}",
            end.reason.unwrap_or(end.status)
        )));
    }
    Ok(())
}
