//! A case: an event, and what the function should make of it.

use std::{path::PathBuf, time::Duration};

use anyhow::Result;

use super::{context::CallContext, expectation::Expectation};
use crate::{
    json_file::read_event,
    runtime_api::{Invocation, ids},
};

/// An event, and what the function should make of it.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its name in the report.
    pub name: String,
    /// The event's file; an empty object is sent when there is none.
    pub event: Option<PathBuf>,
    /// What the event is accompanied by.
    pub context: CallContext,
    /// What the invocation should end with.
    pub expectation: Expectation,
}

impl Case {
    /// The event's bytes.
    fn event_bytes(&self) -> Result<Vec<u8>> {
        self.event.as_deref().map_or_else(|| Ok(b"{}".to_vec()), read_event)
    }

    /// The invocation. Its ids follow from the case's number and name, so that a response may hold them.
    pub(crate) fn invocation(&self, number: usize, deadline: Duration) -> Result<Invocation> {
        let parts = [&*number.to_string(), &*self.name];
        let mut invocation = Invocation::new(self.event_bytes()?, deadline);
        invocation.request_id = ids::uuid(&parts).to_string();
        invocation.trace_id = Some(ids::trace_id(&parts));
        self.context.apply(&mut invocation);
        Ok(invocation)
    }
}
