//! Traces of X-Ray: see [the tracing header](https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader).

use std::time::{SystemTime, UNIX_EPOCH};

use uuid::Uuid;

/// A new X-Ray trace header.
pub(crate) fn new_trace_id() -> String {
    trace_id_of(&new_trace_root())
}

/// A trace of its own: the field `Root` of an X-Ray trace header.
pub(crate) fn new_trace_root() -> String {
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs();
    let random = &Uuid::new_v4().simple().to_string()[..24];
    format!("Root=1-{seconds:08x}-{random}")
}

/// The X-Ray trace header of an invocation that a request with this one leads to. A request that is not sampled says nothing
/// of it.
pub(crate) fn trace_id_of(request: &str) -> String {
    let field = |name| request.split(';').map(str::trim).find(|field| field.starts_with(name));
    let root = field("Root=").map_or_else(new_trace_root, str::to_owned);
    let sampled = field("Sampled=").unwrap_or("Sampled=0");
    let parent = &Uuid::new_v4().simple().to_string()[..16];
    format!("{root};Parent={parent};{sampled}")
}
