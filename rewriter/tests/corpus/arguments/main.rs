//! The arguments of the process: its own name alone

use std::env;

use lambda_runtime::{service_fn, Error, LambdaEvent};
use serde_json::{json, Value};

/// What `main` was started with, and the options that it takes on a laptop.
struct Options {
    name: String,
    once: Option<String>,
}

fn options() -> Options {
    let mut arguments = env::args();
    let mut options = Options {
        name: arguments.next().unwrap_or_default(),
        once: None,
    };
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--once" => options.once = arguments.next(),
            other => {
                eprintln!("error: unexpected argument '{other}' found");
                std::process::exit(2);
            }
        }
    }
    options
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let options = options();
    if let Some(file) = options.once {
        println!("{}", std::fs::read_to_string(file)?);
        return Ok(());
    }
    let root = env::var("LAMBDA_TASK_ROOT")?;
    let name = options.name.strip_prefix(&root);
    let handler = |_: LambdaEvent<Value>| async move {
        let in_a_thread = std::thread::spawn(|| env::args_os().len()).join();
        Ok::<_, Error>(json!({ "name": name, "count": in_a_thread.ok() }))
    };
    lambda_runtime::run(service_fn(handler)).await
}
