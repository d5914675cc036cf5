//! The server: the Invoke API, the page and function URLs on one port.

use std::{io::ErrorKind, net::Ipv4Addr, sync::Arc};

use anyhow::{Context, Error, Result, anyhow, bail};
use axum::{
    Router,
    extract::{Request, State},
    middleware::{self, Next},
    response::Response,
};
use tokio::net::TcpListener;

use super::{app::App, function_url, guard, invoke_api, page, reload, watch};

/// Serves for ever.
pub(super) async fn serve(app: Arc<App>) -> Result<()> {
    check_hosts(&app)?;
    let port = app.args.port;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .await
        .map_err(|error| no_port(port, &app.args.started_by(), error))?;
    let port = listener
        .local_addr()
        .context("cannot read the address of the server's socket")?
        .port();
    announce(&app, port);
    tokio::spawn(reload::watch(app.clone()));
    let _ends_with_this = app.args.watch.then(|| watch::start(app.clone()));
    let router = Router::new()
        .merge(page::routes())
        .merge(invoke_api::routes())
        .merge(function_url::routes())
        .fallback(invoke_api::unknown)
        .layer(middleware::from_fn_with_state(app.clone(), guard::admit))
        .layer(middleware::from_fn_with_state(app.clone(), meet_newest_build))
        .with_state(app);
    axum::serve(listener, router).await.context("the server stopped")
}

/// Has a request that is sent after a build meet that build.
async fn meet_newest_build(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    app.reload.refresh(&app).await;
    next.run(request).await
}

/// A host leads to one function or API.
fn check_hosts(app: &App) -> Result<()> {
    for (number, api) in app.template.apis.iter().enumerate() {
        let host = api.host();
        let function = app
            .functions
            .iter()
            .find(|function| function.name().eq_ignore_ascii_case(&host));
        if let Some(function) = function {
            bail!(
                "the function {} and the template's API {} would both have the host {host}.localhost: give the function another name, \
                 by `handlers` of lambda_local",
                function.name(),
                api.id
            );
        }
        if let Some(other) = app.template.apis[..number].iter().find(|other| other.host() == host) {
            bail!(
                "the template's APIs {} and {} would both have the host {host}.localhost, as a host's name has no case: give one another \
                 logical ID",
                other.id,
                api.id
            );
        }
    }
    Ok(())
}

fn no_port(port: u16, started_by: &str, error: std::io::Error) -> Error {
    match error.kind() {
        ErrorKind::AddrInUse => anyhow!(
            "port {port} of 127.0.0.1 is taken, perhaps by another lambda_local: end that process, or give another \
             port, as in `{started_by} --port {}`; --port 0 takes any that is free",
            if port < u16::MAX { port + 1 } else { 9000 }
        ),
        ErrorKind::PermissionDenied => anyhow!("port {port} is not for every user: give --port one from 1024 on"),
        _ => anyhow!("cannot listen on 127.0.0.1:{port}: {error}"),
    }
}

fn announce(app: &App, port: u16) {
    let note = |text: &str| app.console.note(text);
    note(&format!("Page and Invoke API: http://localhost:{port}/"));
    for function in &app.functions {
        let name = function.name();
        note(&format!("{name}: http://{}.localhost:{port}/", name.to_lowercase()));
    }
    for api in &app.template.apis {
        note(&format!("API {}: http://{}.localhost:{port}/", api.id, api.host()));
        for route in &api.routes {
            let function = route
                .function
                .as_deref()
                .unwrap_or("a function that is not served here");
            note(&format!("  {} → {function}", route.key));
        }
    }
    for source in &app.template.sources {
        note(&format!(
            "{} ({}) → {}: {} invoke --source {}",
            source.about,
            source.kind,
            source.function,
            app.args.started_by(),
            source.name
        ));
    }
    for source in &app.template.unserved {
        note(&format!(
            "not served: {source}: send its function an event by `{} invoke EVENT` or --example",
            app.args.started_by()
        ));
    }
    if let Some(function) = app.functions.first() {
        note(&format!(
            "aws lambda invoke --endpoint-url http://localhost:{port} --function-name {} --payload '{{}}' \
             --cli-binary-format raw-in-base64-out /dev/stdout",
            function.name()
        ));
    }
}
