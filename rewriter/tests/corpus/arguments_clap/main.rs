//! Options by clap, of the command line and of the environment

use clap::Parser;
use lambda_runtime::{service_fn, Error, LambdaEvent};
use serde_json::{json, Value};

#[derive(Parser)]
struct Options {
    /// The table to read.
    #[arg(long, default_value = "users")]
    table: String,
    /// The function that this is.
    #[arg(long, env = "AWS_LAMBDA_FUNCTION_NAME")]
    function: String,
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let options = &Options::parse();
    let handler = |_: LambdaEvent<Value>| async move {
        Ok::<_, Error>(json!({ "table": options.table, "function": options.function }))
    };
    lambda_runtime::run(service_fn(handler)).await
}
