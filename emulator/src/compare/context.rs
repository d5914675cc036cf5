//! What an event is accompanied by: the client's context, its identity, the tenant and the trace.

use std::path::Path;

use anyhow::{Result, bail};
use serde_json::{Map, Value};

use crate::{json_file::read_json, runtime_api::Invocation};

const KEYS: [&str; 4] = ["clientContext", "cognitoIdentity", "tenantId", "traceId"];

/// What an event is accompanied by. What is not given is not sent, but for the trace, which every event has.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CallContext {
    /// The client context of a mobile SDK, as JSON.
    pub client_context: Option<String>,
    /// The Cognito identity, as JSON.
    pub cognito_identity: Option<String>,
    /// The tenant of a function with tenant isolation.
    pub tenant_id: Option<String>,
    /// The X-Ray trace header.
    pub trace_id: Option<String>,
}

impl CallContext {
    /// Reads an object with some of the keys `clientContext`, `cognitoIdentity`, `tenantId` and `traceId`.
    ///
    /// # Errors
    ///
    /// If the file is no such object, or has another key.
    pub fn read(path: &Path) -> Result<Self> {
        let Value::Object(mut object) = read_json(path)? else {
            bail!("{} is not an object: write {{\"tenantId\": ...}}", path.display());
        };
        let known = KEYS.join(", ");
        if let Some(key) = object.keys().find(|key| !KEYS.contains(&key.as_str())) {
            bail!("{} has the key {key:?}, which is unknown: use {known}", path.display());
        }
        Ok(Self {
            client_context: json(&mut object, "clientContext"),
            cognito_identity: json(&mut object, "cognitoIdentity"),
            tenant_id: text(&mut object, "tenantId", path)?,
            trace_id: text(&mut object, "traceId", path)?,
        })
    }

    /// Adds this to an invocation.
    pub(crate) fn apply(&self, invocation: &mut Invocation) {
        invocation.client_context.clone_from(&self.client_context);
        invocation.cognito_identity.clone_from(&self.cognito_identity);
        invocation.tenant_id.clone_from(&self.tenant_id);
        if self.trace_id.is_some() {
            invocation.trace_id.clone_from(&self.trace_id);
        }
    }
}

fn json(object: &mut Map<String, Value>, key: &str) -> Option<String> {
    object
        .remove(key)
        .filter(|value| !value.is_null())
        .map(|value| value.to_string())
}

fn text(object: &mut Map<String, Value>, key: &str, path: &Path) -> Result<Option<String>> {
    match object.remove(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(other) => bail!("{} has {other} for {key:?}: give a string", path.display()),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn read(text: &str) -> Result<CallContext> {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), text).unwrap();
        CallContext::read(file.path())
    }

    #[test]
    fn what_is_given_is_read() {
        let read = read(r#"{"clientContext": {"custom": {"a": 1}}, "tenantId": "blue", "traceId": null}"#).unwrap();
        let expected = CallContext {
            client_context: Some(r#"{"custom":{"a":1}}"#.to_owned()),
            tenant_id: Some("blue".to_owned()),
            ..CallContext::default()
        };
        assert_eq!(read, expected);
    }

    #[test]
    fn what_cannot_be_sent_is_refused() {
        for (text, parts) in [
            (r#"{"tenant": "blue"}"#, ["\"tenant\"", "cognitoIdentity, tenantId"]),
            (r#"{"tenantId": 1}"#, ["\"tenantId\"", "string"]),
            ("[]", ["object", "tenantId"]),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(parts.iter().all(|part| error.contains(part)), "{error}");
        }
    }
}
