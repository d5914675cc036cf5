//! The execution environment of a function: its processes, and the server that they ask for events, from the start to the end that Lambda
//! gives them. See [the lifecycle](https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html).

mod execution;
mod layer_extensions;
mod log;
mod process;

pub(crate) use execution::ExecutionEnvironment;
