//! A function: its revision, and the processes that run it.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use tokio::{
    sync::{Semaphore, watch},
    task::JoinSet,
};

use super::{
    args::{LocalArgs, NamedHandler},
    console::{Console, Times},
    history::History,
    instance::Instance,
    report,
    revision::Revision,
};
use crate::runtime_api::{Answer, Invocation, Outcome};

/// The account that functions belong to.
pub(super) const ACCOUNT: &str = "123456789012";

/// The region that functions are in.
pub(super) const REGION: &str = "us-east-1";

/// A function, and its processes.
pub(super) struct Function {
    handler: NamedHandler,
    timeout: Duration,
    memory_mb: u64,
    freeze: bool,
    console: Arc<Console>,
    history: Arc<History>,
    concurrency: u32,
    permits: Semaphore,
    pool: Mutex<Pool>,
    /// Whether no more events are served.
    ending: watch::Sender<bool>,
}

struct Pool {
    revision: Arc<Revision>,
    idle: Vec<Instance>,
}

/// What a process made of an event.
struct Execution {
    outcome: Outcome,
    times: Times,
    /// What the function wrote.
    log: Vec<u8>,
    /// What was waited for until the time was up.
    overdue: Option<String>,
}

impl Execution {
    /// An event that no process was sent.
    fn none(error_type: &str, message: &str) -> Self {
        Self {
            outcome: Outcome::error(error_type, message),
            times: Times::default(),
            log: Vec::new(),
            overdue: None,
        }
    }

    fn interrupted() -> Self {
        Self::none("Emulator.Interrupted", "the emulator was ended")
    }
}

/// What an invocation is answered by.
pub(super) struct Reply {
    /// The answer, which is empty if it was streamed; or the error, as JSON.
    pub result: Result<Vec<u8>, Vec<u8>>,
    /// What the function wrote, and Lambda's own lines around it.
    pub log: Vec<u8>,
}

impl Function {
    /// A function that has no process yet.
    pub fn new(
        handler: NamedHandler,
        args: &LocalArgs,
        revision: Revision,
        console: Arc<Console>,
        history: Arc<History>,
    ) -> Self {
        Self {
            handler,
            timeout: Duration::from_secs(args.timeout_seconds),
            memory_mb: args.memory_mb,
            freeze: args.freeze,
            console,
            history,
            concurrency: args.concurrency,
            permits: Semaphore::new(args.concurrency as usize),
            pool: Mutex::new(Pool {
                revision: Arc::new(revision),
                idle: Vec::new(),
            }),
            ending: watch::Sender::new(false),
        }
    }

    /// The name that it is invoked by.
    pub fn name(&self) -> &str {
        &self.handler.name
    }

    /// Its name and its handler.
    pub fn handler(&self) -> &NamedHandler {
        &self.handler
    }

    /// Its ARN.
    pub fn arn(&self) -> String {
        format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{}", self.name())
    }

    /// Has further events served by another revision, and returns the processes that wait for one, which are to be ended. Events
    /// under way are finished by the revision that they met.
    #[must_use]
    pub fn replace(&self, revision: Revision) -> Vec<Instance> {
        let mut pool = self.lock();
        pool.revision = Arc::new(revision);
        std::mem::take(&mut pool.idle)
    }

    /// Ends all processes. Events under way fail.
    pub async fn shut_down(&self) {
        self.ending.send_replace(true);
        // Whoever has a permit has a process, which it ends first. An error would say that the semaphore is closed.
        let _permits = self.permits.acquire_many(self.concurrency).await;
        let idle = std::mem::take(&mut self.lock().idle);
        end_all(idle).await;
    }

    async fn ending(&self) {
        self.ending.subscribe().wait_for(|ending| *ending).await.ok();
    }

    fn lock(&self) -> MutexGuard<'_, Pool> {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An invocation of it under a new id, with no optional context.
    pub fn invocation(&self, event: Vec<u8>) -> Invocation {
        Invocation {
            function_arn: self.arn(),
            ..Invocation::new(event, self.timeout)
        }
    }

    /// Sends an event, once a process is free for it.
    pub async fn invoke(&self, mut invocation: Invocation) -> Reply {
        let running = self.history.begin(self.name(), &mut invocation);
        // An error would say that the semaphore is closed, which it never is.
        let _permit = self.permits.acquire().await;
        let request_id = invocation.request_id.clone();
        self.console.start(self.name(), &request_id);
        let mut execution = self.run(invocation).await;
        let mut log = report::start(&request_id).into_bytes();
        log.extend_from_slice(&execution.log);
        if log.last() != Some(&b'\n') {
            log.push(b'\n');
        }
        let message = format!("Task timed out after {:.2} seconds", self.timeout.as_secs_f64());
        if let Some(overdue) = &execution.overdue {
            execution.times.duration = execution.times.duration.max(self.timeout);
            let now = OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default();
            log.extend(format!("{now} {request_id} {message}\n").into_bytes());
            self.console.problem(&format!("{}: {overdue}", self.name()));
        }
        let result = match execution.outcome {
            Outcome::Response { body, .. } => Ok(body),
            Outcome::Error { body, .. } | Outcome::InitError { body } => Err(body),
            Outcome::TimedOut(_) => {
                let error = json!({
                    "errorType": "Sandbox.Timedout",
                    "errorMessage": format!("RequestId: {request_id} Error: {message}"),
                });
                Err(error.to_string().into_bytes())
            }
        };
        log.extend(report::end(&request_id, &execution.times, self.memory_mb).into_bytes());
        let error = result.as_ref().err().map(|body| summary(body));
        self.console.end(self.name(), error.as_deref(), &execution.times);
        let reply = Reply { result, log };
        running.end(&reply, error.as_deref(), &execution.times);
        reply
    }

    /// Sends an event to a process that is free, or to a new one.
    async fn run(&self, mut invocation: Invocation) -> Execution {
        loop {
            let instance = tokio::select! {
                biased;
                () = self.ending() => return Execution::interrupted(),
                instance = self.instance() => instance,
            };
            let instance = match instance {
                Ok(instance) => instance,
                Err(error) => return Execution::none("Emulator.StartFailed", &format!("{error:#}")),
            };
            match self.execute(instance, invocation).await {
                Ok(execution) => return execution,
                Err(unsent) => invocation = *unsent,
            }
        }
    }

    /// A process that was idle, or a new one.
    async fn instance(&self) -> Result<Instance> {
        let revision = {
            let mut pool = self.lock();
            while let Some(mut instance) = pool.idle.pop() {
                if instance.is_good(&pool.revision) {
                    instance.thaw();
                    return Ok(instance);
                }
            }
            pool.revision.clone()
        };
        Instance::start(revision, self.name(), self.console.clone(), self.timeout)
            .await
            .with_context(|| format!("{} cannot be started", self.name()))
    }

    /// Sends an event to a process, and keeps that for the next one if it can serve it. Returns the event if the process
    /// had ended before.
    async fn execute(&self, mut instance: Instance, invocation: Invocation) -> Result<Execution, Box<Invocation>> {
        let began = Instant::now();
        let init = instance.take_init();
        let handled = tokio::select! {
            handled = handle(&mut instance, invocation) => handled,
            () = self.ending() => {
                instance.end().await;
                return Ok(Execution::interrupted());
            }
        };
        let (outcome, overdue) = match handled {
            Ok(handled) => handled,
            Err(unsent) => {
                instance.end().await;
                return Err(unsent);
            }
        };
        let times = Times {
            duration: began.elapsed(),
            init,
            megabytes: instance.megabytes(),
        };
        let log = instance.take_log();
        // A function that is still busy with an event is of no use for the next one.
        let is_free = outcome.is_answer() && overdue.is_none();
        let rejected = if is_free { self.keep(instance) } else { Some(instance) };
        if let Some(instance) = rejected {
            instance.end().await;
        }
        Ok(Execution {
            outcome,
            times,
            log,
            overdue,
        })
    }

    /// Keeps a process for the next event, or returns it if it cannot serve one.
    fn keep(&self, mut instance: Instance) -> Option<Instance> {
        let mut pool = self.lock();
        if !instance.is_good(&pool.revision) {
            return Some(instance);
        }
        if self.freeze {
            instance.freeze();
        }
        pool.idle.push(instance);
        None
    }
}

/// Has a process handle an event, until it is through with it. Returns what came of it, and what was waited for until the
/// time was up.
async fn handle(instance: &mut Instance, invocation: Invocation) -> Result<(Outcome, Option<String>), Box<Invocation>> {
    let Answer { outcome, left } = instance.answer(invocation).await?;
    let overdue = match &outcome {
        Outcome::TimedOut(reason) => Some(reason.clone()),
        Outcome::InitError { .. } => None,
        Outcome::Response { .. } | Outcome::Error { .. } => instance.finish(left).await.err(),
    };
    Ok((outcome, overdue))
}

/// Ends processes, which takes as long as the slowest of them.
pub(super) async fn end_all(instances: Vec<Instance>) {
    let ends: JoinSet<()> = instances.into_iter().map(Instance::end).collect();
    ends.join_all().await;
}

/// An error in one line.
fn summary(error: &[u8]) -> String {
    let Ok(error) = serde_json::from_slice::<Value>(error) else {
        return String::from_utf8_lossy(error).into_owned();
    };
    let text = |key: &str| error[key].as_str().unwrap_or_default().to_owned();
    match (text("errorType"), text("errorMessage")) {
        (error_type, message) if message.is_empty() => error_type,
        (error_type, message) => format!("{error_type}: {message}"),
    }
}

/// The last 4 KB of a log, which is what Lambda returns with an answer.
pub(super) fn tail(log: &[u8]) -> &[u8] {
    &log[log.len().saturating_sub(4096)..]
}
