//! A LocalSet around the loop: the handler spawns tasks that are not Send.

use std::{cell::RefCell, rc::Rc};

use lambda_runtime::{service_fn, Error, LambdaEvent};
use tokio::task::{spawn_local, LocalSet};

async fn squares(event: LambdaEvent<Vec<u64>>) -> Result<u64, Error> {
    let total = Rc::new(RefCell::new(0));
    let tasks = event.payload.into_iter().map(|number| {
        let total = Rc::clone(&total);
        spawn_local(async move { *total.borrow_mut() += number * number })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await?;
    }
    let total = *total.borrow();
    Ok(total)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let local = LocalSet::new();
    local.run_until(lambda_runtime::run(service_fn(squares))).await
}
