//! A synchronous main that ends with an exit code of its own when its handler asks it to.

use std::{process::ExitCode, sync::Arc};

use lambda_runtime::{service_fn, Error, LambdaEvent};
use tokio::sync::Notify;

fn main() -> ExitCode {
    let ended = Arc::new(Notify::new());
    let asked = ended.clone();
    let handler = service_fn(move |event: LambdaEvent<String>| {
        let asked = asked.clone();
        async move {
            match event.payload.as_str() {
                "end" => {
                    asked.notify_one();
                    std::future::pending().await
                }
                "fail" => Err(Error::from("no luck")),
                _ => Ok("served"),
            }
        }
    });
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        tokio::select! {
            result = lambda_runtime::run(handler) => result.map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS),
            () = ended.notified() => {
                println!("asked to end");
                ExitCode::from(42)
            }
        }
    })
}
