//! A function: its code, and the processes that run it.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use tokio::sync::{Semaphore, mpsc};
use uuid::Uuid;

use super::{
    ACCOUNT, LocalArgs, REGION,
    args::NamedHandler,
    console::{Console, Times},
    instance::Instance,
    report,
};
use crate::{Invocation, Outcome, Program, Sandbox, outcome::StreamPart};

/// An unpacked zip, and what runs it.
pub(super) struct Code {
    pub sandbox: Sandbox,
    pub program: Program,
}

impl Code {
    /// Unpacks the zip for a handler.
    pub async fn load(args: &LocalArgs, handler: &NamedHandler) -> Result<Self> {
        let mut env = vec![
            ("AWS_LAMBDA_FUNCTION_NAME".to_owned(), handler.name.clone()),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE".to_owned(), args.memory_mb.to_string()),
            (
                "AWS_LAMBDA_LOG_GROUP_NAME".to_owned(),
                format!("/aws/lambda/{}", handler.name),
            ),
        ];
        env.extend(args.env.clone());
        let sandbox = Sandbox::new(&args.zip, &handler.handler, &args.runtime, env)?;
        let program = Program::of_runtime(
            &args.runtime,
            &sandbox,
            &args.zip,
            args.interpreter.as_deref(),
            args.ric.as_deref(),
        )
        .await?;
        if let Program::Python(_) = program {
            let Some((module, _)) = handler.handler.rsplit_once('.') else {
                bail!(
                    "the handler {:?} names no module: write it as MODULE.FUNCTION, such as index.handler",
                    handler.handler
                );
            };
            let path = sandbox.task_root().join(module.replace('.', "/"));
            if !path.with_extension("py").is_file() && !path.join("__init__.py").is_file() {
                bail!(
                    "the handler {:?} is in a module that {} does not have: there is no {module}.py in it; \
                     give --handler one that is, such as index.handler",
                    handler.handler,
                    args.zip.display()
                );
            }
        }
        Ok(Self { sandbox, program })
    }
}

/// A function, and its processes.
pub(super) struct Function {
    handler: NamedHandler,
    timeout: Duration,
    memory_mb: u64,
    freeze: bool,
    console: Arc<Console>,
    permits: Semaphore,
    pool: Mutex<Pool>,
}

struct Pool {
    code: Arc<Code>,
    idle: Vec<Instance>,
}

/// What a function is called with.
#[derive(Default)]
pub(super) struct Call {
    /// The event, as JSON.
    pub event: Vec<u8>,
    /// The request's id; a new one is made when there is none.
    pub request_id: Option<String>,
    /// The client context, as JSON.
    pub client_context: Option<String>,
    /// Where a streamed answer goes as it comes.
    pub stream: Option<mpsc::Sender<StreamPart>>,
}

/// What came of a call.
pub(super) struct Finished {
    /// The answer, which is empty if it was streamed; or the error, as JSON.
    pub result: Result<Vec<u8>, Vec<u8>>,
    /// What the function wrote, and Lambda's own lines around it.
    pub log: Vec<u8>,
}

impl Function {
    /// A function that has no process yet.
    pub fn new(handler: NamedHandler, args: &LocalArgs, code: Code, console: Arc<Console>) -> Self {
        Self {
            handler,
            timeout: Duration::from_secs(args.timeout_seconds),
            memory_mb: args.memory_mb,
            freeze: args.freeze,
            console,
            permits: Semaphore::new(args.concurrency as usize),
            pool: Mutex::new(Pool {
                code: Arc::new(code),
                idle: Vec::new(),
            }),
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

    /// Has further events served by other code. Events under way are finished by the code that they met.
    pub fn replace(&self, code: Code) {
        let mut pool = self.lock();
        pool.code = Arc::new(code);
        pool.idle.clear();
    }

    fn lock(&self) -> MutexGuard<'_, Pool> {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends an event, once a process is free for it.
    pub async fn call(&self, call: Call) -> Finished {
        // An error would say that the semaphore is closed, which it never is.
        let _permit = self.permits.acquire().await;
        let request_id = call.request_id.unwrap_or_else(|| Uuid::new_v4().to_string());
        self.console.start(self.name(), &request_id);
        let mut invocation = Invocation::new(call.event, self.timeout);
        invocation.function_arn = self.arn();
        invocation.request_id = Some(request_id.clone());
        invocation.client_context = call.client_context;
        invocation.stream = call.stream;
        let (outcome, mut times, function_log) = match self.instance().await {
            Ok(instance) => self.invoke(instance, invocation).await,
            Err(error) => {
                let message = format!("{error:#}");
                (
                    Outcome::error("Emulator.StartFailed", &message),
                    Times::default(),
                    Vec::new(),
                )
            }
        };
        let mut log = report::start(&request_id).into_bytes();
        log.extend_from_slice(&function_log);
        if log.last() != Some(&b'\n') {
            log.push(b'\n');
        }
        let result = match outcome {
            Outcome::Response { body, .. } => Ok(body),
            Outcome::Error { body, .. } | Outcome::InitError { body } => Err(body),
            Outcome::TimedOut => {
                times.duration = times.duration.max(self.timeout);
                let message = format!("Task timed out after {:.2} seconds", self.timeout.as_secs_f64());
                let now = OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default();
                log.extend(format!("{now} {request_id} {message}\n").into_bytes());
                let error = json!({
                    "errorType": "Sandbox.Timedout",
                    "errorMessage": format!("RequestId: {request_id} Error: {message}"),
                });
                Err(error.to_string().into_bytes())
            }
        };
        log.extend(report::end(&request_id, &times, self.memory_mb).into_bytes());
        let error = result.as_ref().err().map(|body| summary(body));
        self.console.end(self.name(), error.as_deref(), &times);
        Finished { result, log }
    }

    /// A process that was idle, or a new one.
    async fn instance(&self) -> Result<Instance> {
        let code = {
            let mut pool = self.lock();
            while let Some(mut instance) = pool.idle.pop() {
                if instance.is_good(&pool.code) {
                    instance.thaw();
                    return Ok(instance);
                }
            }
            pool.code.clone()
        };
        Instance::start(code, self.name(), self.console.clone(), self.timeout)
            .await
            .with_context(|| format!("{} cannot be started", self.name()))
    }

    /// Sends an event to a process, and keeps that for the next one if it can serve it.
    async fn invoke(&self, mut instance: Instance, invocation: Invocation) -> (Outcome, Times, Vec<u8>) {
        let began = Instant::now();
        let init = instance.take_init();
        let outcome = instance.invoke(invocation).await;
        let times = Times {
            duration: began.elapsed(),
            init,
            megabytes: instance.megabytes(),
        };
        if self.freeze {
            // What a function does after its answer, it does until it asks for another event.
            instance.asking(self.timeout.saturating_sub(times.duration)).await;
        }
        let log = instance.take_log();
        // A function that is still busy with an event is of no use for the next one.
        let answered = matches!(outcome, Outcome::Response { .. } | Outcome::Error { .. });
        let rejected = if answered { self.keep(instance) } else { Some(instance) };
        if let Some(instance) = rejected {
            instance.end().await;
        }
        (outcome, times, log)
    }

    /// Keeps a process for the next event, or returns it if it cannot serve one.
    fn keep(&self, mut instance: Instance) -> Option<Instance> {
        let mut pool = self.lock();
        if !instance.is_good(&pool.code) {
            return Some(instance);
        }
        if self.freeze {
            instance.freeze();
        }
        pool.idle.push(instance);
        None
    }
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
