//! An error of the standard library, by `?`.

use std::{env, io, io::Read};

use lambda_runtime::{service_fn, Error, LambdaEvent};

async fn count(event: LambdaEvent<String>) -> io::Result<usize> {
    if event.payload.contains('\0') {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "a path holds no zero byte"));
    }
    let mut text = String::new();
    let path = env::temp_dir().join("corpus").join(&event.payload);
    if path.exists() {
        std::fs::File::open(path)?.read_to_string(&mut text)?;
    }
    Ok(text.lines().count())
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(count)).await
}
