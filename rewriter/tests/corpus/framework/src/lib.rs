//! A small framework that starts the event loop for its programs.

use std::future::Future;

use lambda_runtime::{service_fn, Diagnostic, LambdaEvent};
use serde::{Deserialize, Serialize};

/// What a program is asked for.
#[derive(Deserialize)]
pub struct Task {
    /// Who asks.
    pub owner: String,
    /// What about.
    pub words: Vec<String>,
}

/// A program's answer.
pub struct Reply(Result<Done, String>);

#[derive(Serialize)]
struct Done {
    status: &'static str,
    text: String,
}

impl Reply {
    /// The task was done.
    pub fn success(text: impl Into<String>) -> Self {
        Self(Ok(Done {
            status: "done",
            text: text.into(),
        }))
    }

    /// The task could not be done.
    pub fn failure(reason: impl Into<String>) -> Self {
        Self(Err(reason.into()))
    }
}

fn diagnostic(reason: String) -> Diagnostic {
    Diagnostic {
        error_type: "TaskFailed".into(),
        error_message: reason,
    }
}

/// Serves tasks for as long as the process lives.
pub async fn serve<F, R>(program: F)
where
    F: Fn(Task) -> R,
    R: Future<Output = Reply>,
{
    let handler = |event: LambdaEvent<Task>| {
        let reply = program(event.payload);
        async move { reply.await.0.map_err(diagnostic) }
    };
    if let Err(error) = lambda_runtime::run(service_fn(handler)).await {
        eprintln!("the event loop ended: {error}");
        std::process::exit(1);
    }
}

/// Serves tasks on a runtime of the framework's own.
pub fn start<F, R>(program: F)
where
    F: Fn(Task) -> R,
    R: Future<Output = Reply>,
{
    let runtime = tokio::runtime::Runtime::new().expect("the system gives threads");
    runtime.block_on(serve(program));
}
