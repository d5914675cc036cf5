//! A program that cases are run on one after another: in one process, and in a new one after that is lost.

use anyhow::Result;
use launcher::{Program, Sandbox};

use crate::{
    environment::ExecutionEnvironment,
    runtime_api::{Answer, Invocation, Outcome},
};

/// What a program was seen to make of an invocation.
pub(super) struct Observation {
    pub outcome: Outcome,
    /// What the function wrote meanwhile, as it is; and as it started if this was the process's first invocation.
    pub log: String,
}

struct Session {
    environment: ExecutionEnvironment,
    log_start: usize,
}

/// A program that cases are run on.
pub(super) struct Subject {
    /// What it is called in reports.
    pub name: String,
    program: Program,
    session: Option<Session>,
}

impl Subject {
    /// A program that no case was run on yet.
    pub fn new(name: String, program: Program) -> Self {
        Self {
            name,
            program,
            session: None,
        }
    }

    /// Whether it is run by the runtime client for Python.
    pub fn is_python(&self) -> bool {
        matches!(self.program, Program::Python(_))
    }

    /// Ends the process as Lambda does, so that what it holds is free for another one.
    pub async fn end(&mut self) {
        if let Some(mut session) = self.session.take() {
            session.environment.end().await;
        }
    }

    /// Sends an event, and waits until the process is through with it.
    pub async fn run(&mut self, sandbox: &Sandbox, mut invocation: Invocation) -> Result<Observation> {
        let (mut session, Answer { mut outcome, left }) = loop {
            let mut session = self.session(sandbox).await?;
            match session.environment.answer(invocation).await {
                Ok(answer) => break (session, answer),
                Err(unsent) => invocation = *unsent,
            }
        };
        if outcome.is_answer()
            && let Err(reason) = session.environment.finish(left).await
        {
            outcome = Outcome::TimedOut(reason);
        }
        let log = session.environment.log_from(session.log_start).await;
        session.log_start += log.len();
        self.session = Some(session);
        // A function that is still busy with an event is of no use for the next one.
        if !outcome.is_answer() {
            self.end().await;
        }
        Ok(Observation {
            outcome,
            log: String::from_utf8_lossy(&log).into_owned(),
        })
    }

    /// The process of the last event if it is alive, or a new one.
    async fn session(&mut self, sandbox: &Sandbox) -> Result<Session> {
        if let Some(mut session) = self.session.take() {
            if session.environment.is_alive() {
                return Ok(session);
            }
            session.environment.end().await;
        }
        Ok(Session {
            environment: ExecutionEnvironment::start(&self.program, sandbox).await?,
            log_start: 0,
        })
    }
}
