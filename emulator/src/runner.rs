//! Runs cases one after another in one process, and in a new one after a process is lost, as Lambda does.

use std::time::Duration;

use anyhow::Result;

use crate::{Case, Interpreter, Invocation, Outcome, Python, RuntimeApi, Sandbox};

/// How long the rest of the log may take to arrive after an answer.
const LOG_DELAY: Duration = Duration::from_millis(50);

/// How a case went.
#[derive(Debug)]
pub enum Verdict {
    /// As expected.
    Passed,
    /// Otherwise.
    Failed {
        /// How the outcome differs.
        difference: String,
        /// What the function wrote during the invocation, and as it started if this was the first.
        log: String,
    },
}

struct Session {
    process: Python,
    api: RuntimeApi,
    log_start: usize,
}

/// Runs cases on an unpacked zip.
pub struct Runner {
    sandbox: Sandbox,
    interpreter: Interpreter,
    deadline: Duration,
    session: Option<Session>,
}

impl Runner {
    /// A runner that gives each invocation so much time.
    pub fn new(sandbox: Sandbox, interpreter: Interpreter, deadline: Duration) -> Self {
        Self {
            sandbox,
            interpreter,
            deadline,
            session: None,
        }
    }

    /// Runs a case.
    pub async fn run(&mut self, case: &Case) -> Result<Verdict> {
        let invocation = Invocation::new(case.event_bytes()?, self.deadline);
        let alive = self
            .session
            .take()
            .and_then(|mut session| session.process.is_alive().then_some(session));
        let mut session = match alive {
            Some(session) => session,
            None => {
                let api = RuntimeApi::start().await?;
                let process = Python::spawn(&self.interpreter, &self.sandbox, &api)?;
                Session {
                    process,
                    api,
                    log_start: 0,
                }
            }
        };
        let outcome = session.process.invoke(&session.api, invocation).await;
        let verdict = match case.expectation.check(&outcome) {
            Ok(()) => Verdict::Passed,
            Err(difference) => {
                tokio::time::sleep(LOG_DELAY).await;
                Verdict::Failed {
                    difference,
                    log: session.process.log_from(session.log_start),
                }
            }
        };
        // A function that is still busy with an event is of no use for the next one.
        if matches!(outcome, Outcome::Response { .. } | Outcome::Error { .. }) {
            session.log_start = session.process.log_length();
            self.session = Some(session);
        }
        Ok(verdict)
    }
}
