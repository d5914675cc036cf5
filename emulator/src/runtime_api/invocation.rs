//! An event, and what it travels with.

use std::{
    sync::{Arc, OnceLock},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, Result};
use axum::http::{HeaderMap, HeaderValue};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::{outcome::StreamPart, replies::JSON};

/// Where an invocation comes from.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// Who sent it, such as `curl`; empty if nobody is known.
    pub source: String,
    /// What the event is called, if it has a name.
    pub event_name: Option<String>,
}

/// An event, and what the function's context is made from.
#[derive(Clone, Debug)]
pub struct Invocation {
    /// The event's bytes, passed on as they are.
    pub event: Vec<u8>,
    /// The function's ARN.
    pub function_arn: String,
    /// How long the function has, from the moment that it receives the event. As long is waited for a client to ask.
    pub deadline: Duration,
    /// The request's id.
    pub request_id: String,
    /// The client context of a mobile SDK, as JSON.
    pub client_context: Option<String>,
    /// The Cognito identity, as JSON.
    pub cognito_identity: Option<String>,
    /// The tenant of a function with tenant isolation.
    pub tenant_id: Option<String>,
    /// The X-Ray trace header; a new one is made when there is none.
    pub trace_id: Option<String>,
    /// Where it comes from, for people.
    pub origin: Origin,
    /// Where a streamed answer goes as it comes; the outcome then has no body. Without it, the outcome holds the whole.
    pub(crate) stream: Option<mpsc::Sender<StreamPart>>,
    /// The deadline that the first receiver of this or of a clone was sent.
    pub(crate) first_deadline: Arc<OnceLock<SystemTime>>,
}

impl Invocation {
    /// An invocation under a new id, with no optional context.
    pub fn new(event: Vec<u8>, deadline: Duration) -> Self {
        Self {
            event,
            function_arn: "arn:aws:lambda:us-east-1:123456789012:function:emulated".to_owned(),
            deadline,
            request_id: Uuid::new_v4().to_string(),
            client_context: None,
            cognito_identity: None,
            tenant_id: None,
            trace_id: None,
            origin: Origin::default(),
            stream: None,
            first_deadline: Arc::default(),
        }
    }

    /// The deadline to send to a receiver, in milliseconds since the epoch. Programs that are compared are sent the same
    /// one, unless the first took so long that it would leave the next with less than half of the time.
    pub(super) fn deadline_millis(&self) -> u64 {
        let now = SystemTime::now();
        let first = *self.first_deadline.get_or_init(|| now + self.deadline);
        let deadline = if first < now + self.deadline / 2 {
            now + self.deadline
        } else {
            first
        };
        let millis = deadline.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        u64::try_from(millis).unwrap_or(u64::MAX)
    }

    /// The headers that the event travels with, but for the deadline.
    pub(super) fn headers(&self, trace: &str) -> Result<HeaderMap> {
        let mut headers = HeaderMap::new();
        let values = [
            ("content-type", Some(JSON)),
            ("lambda-runtime-aws-request-id", Some(&self.request_id)),
            ("lambda-runtime-invoked-function-arn", Some(&self.function_arn)),
            ("lambda-runtime-trace-id", Some(trace)),
            ("lambda-runtime-client-context", self.client_context.as_deref()),
            ("lambda-runtime-cognito-identity", self.cognito_identity.as_deref()),
            ("lambda-runtime-aws-tenant-id", self.tenant_id.as_deref()),
        ];
        for (name, value) in values {
            if let Some(value) = value {
                let value = HeaderValue::from_bytes(value.as_bytes())
                    .with_context(|| format!("{name} cannot be sent as a header: take control characters out of it"))?;
                headers.insert(name, value);
            }
        }
        Ok(headers)
    }
}
