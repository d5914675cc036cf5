//! A program that cases are run on one after another: in one process, and in a new one after that is lost.

use anyhow::Result;

use crate::{FunctionProcess, Invocation, Outcome, Program, RuntimeApi, Sandbox, runtime_api::Answer};

/// What came of an invocation.
pub(crate) struct Run {
    pub outcome: Outcome,
    /// What the function wrote meanwhile, as it is; and as it started if this was the process's first invocation.
    pub log: String,
}

struct Session {
    process: FunctionProcess,
    api: RuntimeApi,
    log_start: usize,
}

/// A program that cases are run on.
pub(crate) struct Side {
    /// What it is called in reports.
    pub name: String,
    program: Program,
    session: Option<Session>,
}

impl Side {
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
            session.process.end(&session.api).await;
        }
    }

    /// Sends an event, and waits until the process is through with it.
    pub async fn run(&mut self, sandbox: &Sandbox, mut invocation: Invocation) -> Result<Run> {
        let (mut session, Answer { mut outcome, left }) = loop {
            let mut session = self.session(sandbox).await?;
            match session.process.answer(&session.api, invocation).await {
                Ok(answer) => break (session, answer),
                Err(unsent) => invocation = *unsent,
            }
        };
        if outcome.is_answer()
            && let Err(reason) = session.process.finish(&session.api, left).await
        {
            outcome = Outcome::TimedOut(reason);
        }
        session.process.settle().await;
        let log = session.process.log_from(session.log_start);
        session.log_start += log.len();
        self.session = Some(session);
        // A function that is still busy with an event is of no use for the next one.
        if !outcome.is_answer() {
            self.end().await;
        }
        Ok(Run {
            outcome,
            log: String::from_utf8_lossy(&log).into_owned(),
        })
    }

    /// The process of the last event if it is alive, or a new one.
    async fn session(&mut self, sandbox: &Sandbox) -> Result<Session> {
        if let Some(mut session) = self.session.take() {
            if session.process.is_alive() {
                return Ok(session);
            }
            session.process.end(&session.api).await;
        }
        let api = RuntimeApi::start(sandbox.handler()).await?;
        let process = FunctionProcess::spawn(&self.program, sandbox, &api).await?;
        Ok(Session {
            process,
            api,
            log_start: 0,
        })
    }
}
