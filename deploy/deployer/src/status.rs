//! What is deployed.

use serde_json::{Value, json};
use stack_metadata::StackFunction;

use crate::{
    cli::Cli,
    clients::Clients,
    events,
    failure::{Failure, aws},
    package::Package,
    report, stack,
};

/// Events that `describe` shows.
const EVENTS: usize = 10;

/// Shows the stack's state, and whether its functions run the zip at hand.
pub(crate) async fn status(cli: &Cli, clients: &Clients, package: &Package) -> Result<(), Failure> {
    let found = stack::deployed(clients, &cli.stack).await?;
    let resources = stack::resources(clients, &cli.stack).await?;
    let mut functions = Vec::new();
    for function in &package.metadata.functions {
        functions.push(match stack::physical_id(&resources, &function.logical_id) {
            Some(name) => describe_function(clients, package, function, name).await?,
            None => absent(&function.name),
        });
    }
    let mut text = format!("{} in {}: {}\n", cli.stack, clients.region, stack::status(&found));
    let rows: Vec<_> = functions
        .iter()
        .map(|function| {
            let is_current = function["isCurrent"].as_bool().unwrap_or_default();
            vec![
                cell(&function["name"]),
                cell(&function["state"]),
                match (is_current, function.get("version")) {
                    (true, _) => "runs this zip".to_owned(),
                    (false, Some(_)) => "runs other code".to_owned(),
                    (false, None) => String::new(),
                },
                cell(&function["lastModified"]),
            ]
        })
        .collect();
    text += &report::table(&rows);
    report::result(
        cli.json,
        &text,
        &json!({"functions": functions, "region": clients.region, "stack": cli.stack, "status": stack::status(&found)}),
    );
    Ok(())
}

/// What a function is, in Lambda's words. CloudFormation lists functions that it has not made yet, or no longer.
async fn describe_function(
    clients: &Clients,
    package: &Package,
    function: &StackFunction,
    name: &str,
) -> Result<Value, Failure> {
    let configuration = clients
        .lambda
        .get_function_configuration()
        .function_name(name)
        .set_qualifier(package.alias(function))
        .send()
        .await
        .map_err(aws(&format!("the function {name} can't be read")));
    let configuration = match configuration {
        Err(failure) if failure.is("ResourceNotFoundException") => return Ok(absent(name)),
        other => other?,
    };
    Ok(json!({
        "name": name,
        "isCurrent": configuration.code_sha256() == Some(&*package.zip.sha256_base64),
        "lastModified": configuration.last_modified(),
        "state": configuration.state().map(|state| state.as_str()),
        "version": configuration.version(),
    }))
}

/// As [`describe_function`], of a function that is not there.
fn absent(name: &str) -> Value {
    json!({"name": name, "isCurrent": false, "state": "not deployed"})
}

fn cell(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Shows the stack's resources, outputs and last events.
pub(crate) async fn describe(cli: &Cli, clients: &Clients) -> Result<(), Failure> {
    let found = stack::deployed(clients, &cli.stack).await?;
    let resources = stack::resources(clients, &cli.stack).await?;
    let events = clients
        .cloudformation
        .describe_stack_events()
        .stack_name(&cli.stack)
        .send()
        .await
        .map_err(aws("the stack's events can't be read"))?;
    let rows: Vec<_> = resources
        .iter()
        .map(|resource| {
            vec![
                resource.logical_resource_id().unwrap_or_default().to_owned(),
                resource.resource_type().unwrap_or_default().to_owned(),
                resource
                    .resource_status()
                    .map_or("", |status| status.as_str())
                    .to_owned(),
                resource.physical_resource_id().unwrap_or_default().to_owned(),
            ]
        })
        .collect();
    let outputs = stack::outputs(&found);
    let lines: Vec<_> = events
        .stack_events()
        .iter()
        .take(EVENTS)
        .rev()
        .map(events::line)
        .collect();
    let text = format!(
        "{}: {}\n\n{}\n{}\n{}\n",
        stack::id(&found),
        stack::status(&found),
        report::table(&rows),
        report::pairs(&outputs),
        lines.join("\n")
    );
    let value = json!({
        "events": lines,
        "outputs": outputs,
        "resources": rows.iter().map(|row| json!({"logicalId": row[0], "type": row[1], "status": row[2], "physicalId": row[3]})).collect::<Vec<_>>(),
        "stackId": stack::id(&found),
        "status": stack::status(&found),
    });
    report::result(cli.json, &text, &value);
    Ok(())
}
