//! The HTTP interface of extensions: of those that a program registers itself, and of those that layers bring.

use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post, put},
};
use serde_json::{Value, json};
use tokio::sync::watch;
use uuid::Uuid;

use super::{
    ids,
    replies::{Body, accepted, failure, json_response, text},
};

const IDENTIFIER: &str = "lambda-extension-identifier";

/// One registered extension.
struct Extension {
    name: String,
    /// Whether it wants an event for each invocation.
    invoke: bool,
    /// Whether it wants to be told of the end.
    shutdown: bool,
    events: VecDeque<Value>,
    /// Whether it waits for an event, as it first does at the end of its initialisation.
    asking: bool,
}

impl Extension {
    /// Whether it is through with the last event, or with its initialisation.
    fn is_through(&self) -> bool {
        self.asking && self.events.is_empty()
    }
}

/// The extensions that are registered, and those that have to.
pub(crate) struct Extensions {
    handler: String,
    /// The names of those that are processes of their own.
    external: Mutex<BTreeSet<String>>,
    registered: Mutex<HashMap<Uuid, Extension>>,
    changed: watch::Sender<()>,
}

impl Extensions {
    /// None yet.
    pub fn new(handler: &str) -> Self {
        Self {
            handler: handler.to_owned(),
            external: Mutex::default(),
            registered: Mutex::default(),
            changed: watch::Sender::new(()),
        }
    }

    /// Sends an event to those that want one for each invocation.
    pub fn send_invoke(&self, event: &Value) {
        for extension in self.lock().values_mut().filter(|extension| extension.invoke) {
            extension.events.push_back(event.clone());
        }
        self.changed.send_replace(());
    }

    /// Has those of these names be processes of their own, which Lambda starts and waits for.
    pub fn expect(&self, names: BTreeSet<String>) {
        *self.external.lock().unwrap_or_else(PoisonError::into_inner) = names;
    }

    /// Which of those that are expected have not registered.
    pub fn missing(&self) -> Vec<String> {
        let registered = self.lock();
        let external = self.external.lock().unwrap_or_else(PoisonError::into_inner);
        let is_missing = |name: &&String| registered.values().all(|extension| extension.name != **name);
        external.iter().filter(is_missing).cloned().collect()
    }

    /// Waits until all that are expected have registered.
    pub async fn registered(&self) {
        let mut changed = self.changed.subscribe();
        while !self.missing().is_empty() {
            changed.changed().await.ok();
        }
    }

    /// Tells those of the end that want to be told.
    pub fn send_shutdown(&self, reason: &str, time: Duration) {
        let deadline = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default() + time;
        // Milliseconds since 1970 fit for a long time.
        let deadline = u64::try_from(deadline.as_millis()).unwrap_or(u64::MAX);
        let event = json!({"eventType": "SHUTDOWN", "shutdownReason": reason, "deadlineMs": deadline});
        for extension in self.lock().values_mut().filter(|extension| extension.shutdown) {
            extension.events.push_back(event.clone());
        }
        self.changed.send_replace(());
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    /// Waits until each has asked for an event: for its first, or for another one.
    pub async fn idle(&self) {
        let mut changed = self.changed.subscribe();
        while !self.lock().values().all(Extension::is_through) {
            changed.changed().await.ok();
        }
    }

    /// Those that are waited for, in words; none if none are.
    pub fn busy(&self) -> Option<String> {
        let registered = self.lock();
        let busy = registered.values().filter(|extension| !extension.is_through());
        let mut names: Vec<_> = busy.map(|extension| format!("{:?}", extension.name)).collect();
        names.sort();
        match names.len() {
            0 => None,
            1 => Some(format!("the extension {}", names.concat())),
            _ => Some(format!("the extensions {}", names.join(" and "))),
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Uuid, Extension>> {
        self.registered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Which extension a request is from; the refusal if it is from none.
    fn identify(&self, headers: &HeaderMap) -> Result<Uuid, Refusal> {
        let text = text(headers, IDENTIFIER).ok_or_else(|| {
            refuse(
                "MissingExtensionIdentifier",
                "Missing Lambda-Extension-Identifier header",
            )
        })?;
        let id = Uuid::parse_str(&text)
            .map_err(|_| refuse("InvalidExtensionIdentifier", "Invalid Lambda-Extension-Identifier"))?;
        if self.lock().contains_key(&id) {
            Ok(id)
        } else {
            let message = format!("Unknown extension {id}");
            Err(refuse("UnknownExtensionIdentifier", &message))
        }
    }
}

type Shared = State<Arc<Extensions>>;
type Refusal = Box<Response>;

/// The routes of the interface.
pub(crate) fn router(extensions: Arc<Extensions>) -> Router {
    Router::new()
        .route("/2020-01-01/extension/register", post(register))
        .route("/2020-01-01/extension/event/next", get(next))
        .route("/2020-01-01/extension/init/error", post(error))
        .route("/2020-01-01/extension/exit/error", post(error))
        .route("/2020-08-15/logs", put(subscribe))
        .route("/2022-07-01/telemetry", put(subscribe))
        .with_state(extensions)
}

async fn register(State(extensions): Shared, headers: HeaderMap, body: Body) -> Response {
    try_register(&extensions, &headers, body).unwrap_or_else(|refusal| *refusal)
}

// Lambda closes the registration once the runtime has asked for an event. A program that does both at the same time
// would fail at random, so it stays open here.
fn try_register(extensions: &Extensions, headers: &HeaderMap, body: Body) -> Result<Response, Refusal> {
    let name = text(headers, "lambda-extension-name")
        .filter(|name| !name.is_empty())
        .ok_or_else(|| refuse("InvalidExtensionName", "Empty extension name"))?;
    let body = body.map_err(|rejection| refuse("InvalidRequestFormat", &rejection.body_text()))?;
    let request: Value =
        serde_json::from_slice(&body).map_err(|error| refuse("InvalidRequestFormat", &error.to_string()))?;
    let events: Vec<_> = request["events"].as_array().into_iter().flatten().collect();
    let is_external = extensions
        .external
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .contains(&name);
    let known: &[&str] = if is_external {
        &["INVOKE", "SHUTDOWN"]
    } else {
        &["INVOKE"]
    };
    if let Some(event) = events
        .iter()
        .find(|event| event.as_str().is_none_or(|event| !known.contains(&event)))
    {
        let message = format!(
            "{event}: {}",
            if is_external {
                "an extension can ask for INVOKE and SHUTDOWN"
            } else {
                "an extension inside of the function's process can ask for INVOKE only"
            }
        );
        return Err(refuse("InvalidEventType", &message));
    }
    let mut registered = extensions.lock();
    if registered.values().any(|extension| extension.name == name) {
        return Err(refuse(
            "InvalidExtensionState",
            "Extension with this name already registered",
        ));
    }
    let id = ids::uuid(&["extension", &name]);
    let extension = Extension {
        name,
        invoke: events.iter().any(|event| **event == "INVOKE"),
        shutdown: events.iter().any(|event| **event == "SHUTDOWN"),
        events: VecDeque::new(),
        asking: false,
    };
    registered.insert(id, extension);
    drop(registered);
    extensions.changed.send_replace(());
    let mut answer = json!({
        "functionName": "emulated",
        "functionVersion": "$LATEST",
        "handler": extensions.handler,
    });
    let features = text(headers, "lambda-extension-accept-feature").unwrap_or_default();
    if features.split(',').any(|feature| feature.trim() == "accountId") {
        answer["accountId"] = "123456789012".into();
    }
    let id = [(IDENTIFIER, id.to_string())];
    Ok((id, json_response(StatusCode::OK, &answer)).into_response())
}

async fn next(State(extensions): Shared, headers: HeaderMap) -> Response {
    let id = match extensions.identify(&headers) {
        Ok(id) => id,
        Err(refusal) => return *refusal,
    };
    let mut changed = extensions.changed.subscribe();
    if let Some(extension) = extensions.lock().get_mut(&id) {
        extension.asking = true;
    }
    extensions.changed.send_replace(());
    loop {
        let event = extensions.lock().get_mut(&id).and_then(|extension| {
            let event = extension.events.pop_front()?;
            extension.asking = false;
            Some(event)
        });
        if let Some(event) = event {
            let request_id = event["requestId"].as_str().unwrap_or_default();
            let event_id = ids::uuid(&["extension event", &id.to_string(), request_id]);
            let event_id = [("lambda-extension-event-identifier", event_id.to_string())];
            return (event_id, json_response(StatusCode::OK, &event)).into_response();
        }
        // Without an event to come, it waits until the process ends.
        changed.changed().await.ok();
    }
}

async fn error(State(extensions): Shared, headers: HeaderMap) -> Response {
    match extensions.identify(&headers) {
        Ok(id) => {
            // It asks for no more events.
            extensions.lock().remove(&id);
            extensions.changed.send_replace(());
            accepted()
        }
        Err(refusal) => *refusal,
    }
}

/// Accepts a subscription to logs or telemetry. Nothing is ever delivered.
async fn subscribe(State(extensions): Shared, headers: HeaderMap) -> Response {
    match extensions.identify(&headers) {
        Ok(_) => "OK".into_response(),
        Err(refusal) => *refusal,
    }
}

fn refuse(error_type: &str, message: &str) -> Refusal {
    Box::new(failure(
        StatusCode::FORBIDDEN,
        &format!("Extension.{error_type}"),
        message,
    ))
}
