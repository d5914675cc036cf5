//! Edition 2024: the environment is set in an unsafe block before there are threads.

use lambda_runtime::{service_fn, Error, LambdaEvent};
use tokio::runtime::Runtime;

fn widths(words: &[String]) -> impl Iterator<Item = usize> + use<'_> {
    words.iter().map(String::len)
}

async fn handler(event: LambdaEvent<Vec<String>>) -> Result<Option<usize>, Error> {
    Ok(widths(&event.payload).max())
}

fn main() -> Result<(), Error> {
    // SAFETY: there is no other thread that reads the environment.
    #[allow(unused_unsafe)]
    unsafe {
        std::env::set_var("LC_ALL", "C");
    }
    Runtime::new()?.block_on(lambda_runtime::run(service_fn(handler)))
}
