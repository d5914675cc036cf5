//! The page at `/`. What it does with functions, it does by the Invoke API.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::State,
    http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::{Value, json};

use super::{app::App, examples::Example};

/// The routes of the page.
pub(super) fn routes() -> Router<Arc<App>> {
    let file = |content_type, text| get(async move || serve(content_type, text));
    Router::new()
        .route("/", file("text/html; charset=utf-8", include_str!("page/index.html")))
        .route(
            "/page/style.css",
            file("text/css; charset=utf-8", include_str!("page/style.css")),
        )
        .route(
            "/page/script.js",
            file("text/javascript; charset=utf-8", include_str!("page/script.js")),
        )
        .route("/page/events", get(events))
}

fn serve(content_type: &'static str, text: &'static str) -> Response {
    let headers = [
        (CONTENT_TYPE, content_type),
        (CONTENT_SECURITY_POLICY, "default-src 'self'; img-src 'self' data:"),
    ];
    (headers, text).into_response()
}

/// The saved events, as they are now, and the documented ones.
async fn events(State(app): State<Arc<App>>) -> Json<Value> {
    let mut saved = Vec::new();
    for path in &app.args.events {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        saved.push(match tokio::fs::read_to_string(path).await {
            Ok(text) => json!({"name": name, "text": text}),
            Err(error) => json!({"name": name, "error": format!("cannot read {}: {error}", path.display())}),
        });
    }
    let examples: Vec<_> = Example::all()
        .map(|(name, example)| json!({"name": name, "text": example.text()}))
        .collect();
    // A button sends the event to the function.
    let sources = app.template.sources.iter().map(|source| {
        json!({"name": source.name, "function": source.function, "kind": source.kind, "about": source.about,
               "text": format!("{:#}", source.event)})
    });
    let sources: Vec<_> = sources.collect();
    let apis = app.template.apis.iter().map(|api| {
        let routes = api
            .routes
            .iter()
            .map(|route| json!({"key": route.key, "function": route.function}));
        json!({"id": api.id, "host": api.host(), "routes": routes.collect::<Vec<_>>()})
    });
    let apis: Vec<_> = apis.collect();
    Json(json!({"saved": saved, "examples": examples, "sources": sources, "apis": apis}))
}
