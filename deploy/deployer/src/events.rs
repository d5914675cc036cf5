//! What CloudFormation reports while it works.

use aws_sdk_cloudformation::{error::ProvideErrorMetadata, types::StackEvent};

use crate::{
    clients::Clients,
    failure::{Failure, aws},
    report::progress,
    stack::{self, Condition, POLL},
};

/// How CloudFormation's work ended.
pub(crate) struct End {
    /// The stack's status.
    pub(crate) status: String,
    /// Why it failed first, in CloudFormation's words.
    pub(crate) reason: Option<String>,
}

/// How often a stack at rest is asked for events before it is believed that nothing was to be done.
const PATIENCE: u32 = 3;

/// Follows the events of a stack.
pub(crate) struct Follower<'a> {
    clients: &'a Clients,
    stack_id: String,
    last: Option<String>,
    reason: Option<String>,
    /// Whether the stack itself has come to an end since.
    has_ended: bool,
}

impl<'a> Follower<'a> {
    /// Follows what happens from now on.
    pub(crate) async fn start(clients: &'a Clients, stack_id: &str) -> Result<Self, Failure> {
        let mut follower = Self {
            clients,
            stack_id: stack_id.to_owned(),
            last: None,
            reason: None,
            has_ended: false,
        };
        follower.last = follower.new_events().await?.pop().and_then(|event| event.event_id);
        Ok(follower)
    }

    /// Shows events until CloudFormation is done.
    pub(crate) async fn finish(mut self) -> Result<End, Failure> {
        let mut asked = 0;
        loop {
            // The status first: events that led to it are there then.
            let found = stack::find(self.clients, &self.stack_id).await?;
            let status = found.as_ref().map_or("DELETE_COMPLETE", stack::status).to_owned();
            for event in self.new_events().await? {
                self.show(&event);
                self.last = event.event_id;
            }
            asked += 1;
            // A status may be that of before, for a moment; an event is not.
            if is_rest(&status) && (self.has_ended || asked >= PATIENCE) {
                return Ok(End {
                    status,
                    reason: self.reason,
                });
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// The events since the last one, oldest first.
    async fn new_events(&self) -> Result<Vec<StackEvent>, Failure> {
        let mut pages = self
            .clients
            .cloudformation
            .describe_stack_events()
            .stack_name(&self.stack_id)
            .into_paginator()
            .send();
        let mut events = Vec::new();
        'pages: while let Some(page) = pages.next().await {
            let page = match page {
                Ok(page) => page,
                Err(error) if error.code() == Some("ValidationError") => break,
                Err(error) => return Err(aws("the stack's events can't be read")(error)),
            };
            for event in page.stack_events.unwrap_or_default() {
                if event.event_id.is_some() && event.event_id == self.last {
                    break 'pages;
                }
                events.push(event);
            }
        }
        events.reverse();
        Ok(events)
    }

    fn show(&mut self, event: &StackEvent) {
        progress(&line(event));
        self.has_ended |= event.physical_resource_id() == Some(&*self.stack_id)
            && event.resource_status().is_some_and(|status| is_rest(status.as_str()));
        if self.reason.is_none() {
            self.reason = failure_of(event);
        }
    }
}

/// Whether CloudFormation has done what it was asked to.
fn is_rest(status: &str) -> bool {
    // What is left then is the removal of what was replaced.
    status == "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"
        || status != "REVIEW_IN_PROGRESS" && stack::condition(status) != Condition::Busy
}

/// An event in a line.
pub(crate) fn line(event: &StackEvent) -> String {
    let time = event.timestamp().and_then(|time| {
        time.fmt(aws_sdk_cloudformation::primitives::DateTimeFormat::DateTime)
            .ok()
    });
    // Hours, minutes and seconds of an RFC 3339 text.
    let time = time.as_deref().and_then(|time| time.get(11..19)).unwrap_or_default();
    let mut line = format!(
        "{time}  {:28}  {:28}  {}",
        event.resource_status().map_or("", |status| status.as_str()),
        event.logical_resource_id().unwrap_or_default(),
        event.resource_type().unwrap_or_default(),
    );
    if let Some(reason) = event.resource_status_reason() {
        line += "  ";
        line += reason;
    }
    line
}

/// The failure that an event tells of, unless it only follows from another.
fn failure_of(event: &StackEvent) -> Option<String> {
    let status = event.resource_status()?.as_str();
    let reason = event.resource_status_reason()?;
    if !status.ends_with("_FAILED") || reason.ends_with("cancelled") || reason.ends_with("canceled") {
        return None;
    }
    Some(format!(
        "{} ({}): {reason}",
        event.logical_resource_id().unwrap_or_default(),
        event.resource_type().unwrap_or_default()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_cloudformation::types::ResourceStatus;

    #[test]
    fn a_clean_up_is_nothing_to_wait_for() {
        assert!(is_rest("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS") && is_rest("DELETE_COMPLETE"));
        assert!(!is_rest("REVIEW_IN_PROGRESS") && !is_rest("UPDATE_ROLLBACK_IN_PROGRESS"));
    }

    #[test]
    fn the_reason_is_the_failure_that_the_others_follow_from() {
        let event = |status, reason: &str| {
            StackEvent::builder()
                .logical_resource_id("Hello")
                .resource_type("AWS::Lambda::Function")
                .resource_status(status)
                .resource_status_reason(reason)
                .build()
        };
        assert_eq!(
            failure_of(&event(ResourceStatus::CreateFailed, "Resource creation cancelled")),
            None
        );
        assert_eq!(
            failure_of(&event(ResourceStatus::CreateInProgress, "Resource creation Initiated")),
            None
        );
        assert_eq!(
            failure_of(&event(ResourceStatus::CreateFailed, "The role can't be assumed")).as_deref(),
            Some("Hello (AWS::Lambda::Function): The role can't be assumed")
        );
    }
}
