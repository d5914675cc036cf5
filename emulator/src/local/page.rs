//! The page at `/`. What it does with functions, it does by the Invoke API.

use std::{convert::Infallible, sync::Arc};

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Path, State},
    http::{
        StatusCode,
        header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS},
    },
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
    routing::get,
};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::{
    app::App,
    examples::Example,
    hand_on::{self, HandedOn, zip_of},
    history::Summary,
    saved::saved_events,
};

/// What the page may load, and that no other web site may show it in a frame, in which a click could be meant for something else.
const POLICY: &str =
    "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The most bytes that an invocation has as JSON, with each character of its texts escaped.
const MAX_HANDED_ON_BYTES: usize = 16 << 20;

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
        .route(
            hand_on::PATH,
            get(invocations)
                .post(handed_on)
                .layer(DefaultBodyLimit::max(MAX_HANDED_ON_BYTES)),
        )
        .route(hand_on::ZIP_PATH, get(zip))
        .route("/page/invocations/{id}", get(invocation))
        .route("/page/changes", get(changes))
}

fn serve(content_type: &'static str, text: &'static str) -> Response {
    let headers = [
        (CONTENT_TYPE, content_type),
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, text).into_response()
}

/// The saved events, as they are now, and the documented ones.
async fn events(State(app): State<Arc<App>>) -> Json<Value> {
    let functions: Vec<_> = app.functions.iter().map(|function| function.name()).collect();
    let mut saved = Vec::new();
    for event in saved_events(&app.args.events, &functions) {
        let path = event.path.display().to_string();
        let mut listed = json!({"name": event.name, "function": event.function, "path": path});
        match tokio::fs::read_to_string(event.path).await {
            Ok(text) => listed["text"] = text.into(),
            Err(error) => listed["error"] = format!("cannot read {path}: {error}").into(),
        }
        saved.push(listed);
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

/// The invocations that are kept, the newest first.
async fn invocations(State(app): State<Arc<App>>) -> Json<Vec<Summary>> {
    Json(app.history.summaries())
}

/// One of them, with its event, answer and log.
async fn invocation(State(app): State<Arc<App>>, Path(id): Path<String>) -> Response {
    match app.history.record(&id) {
        Some(record) => Json(record).into_response(),
        None => (StatusCode::NOT_FOUND, "this invocation is not kept any longer\n").into_response(),
    }
}

/// Which zip is served, for who would hand an invocation of it on.
async fn zip(State(app): State<Arc<App>>) -> String {
    zip_of(&app.args.zip)
}

/// What `invoke` has sent meanwhile, in a process of its own.
async fn handed_on(State(app): State<Arc<App>>, Json(HandedOn { zip, record }): Json<HandedOn>) -> StatusCode {
    if zip != zip_of(&app.args.zip) || app.function(&record.summary.function).is_none() {
        return StatusCode::CONFLICT;
    }
    app.history.add(record);
    StatusCode::NO_CONTENT
}

/// An event of the browser's own kind for each change of the list, or one for several.
async fn changes(State(app): State<Arc<App>>) -> impl IntoResponse {
    let mut changes = app.history.changes();
    let (sender, receiver) = mpsc::channel::<Result<Event, Infallible>>(1);
    tokio::spawn(async move {
        loop {
            let number = changes.borrow_and_update().to_string();
            if sender.send(Ok(Event::default().data(number))).await.is_err() {
                break;
            }
            tokio::select! {
                changed = changes.changed() => if changed.is_err() { break },
                () = sender.closed() => break,
            }
        }
    });
    Sse::new(ReceiverStream::new(receiver)).keep_alive(KeepAlive::default())
}
