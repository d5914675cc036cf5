//! A handler that borrows main's variables, and is not Send.

use std::rc::Rc;

use lambda_runtime::{service_fn, Error, LambdaEvent};

async fn greet(greeting: &str, punctuation: Rc<str>, event: LambdaEvent<String>) -> Result<String, Error> {
    tokio::task::yield_now().await;
    Ok(format!("{greeting}, {}{punctuation}", event.payload))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let greeting = String::from("Good morning");
    let punctuation: Rc<str> = Rc::from("!");
    lambda_runtime::run(service_fn(|event| greet(&greeting, Rc::clone(&punctuation), event))).await?;
    drop(greeting);
    Ok(())
}
