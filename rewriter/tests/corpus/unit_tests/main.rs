//! A program with tests of its own, which call the handler.

use lambda_runtime::{service_fn, Error, LambdaEvent};

async fn roman(event: LambdaEvent<u16>) -> Result<String, Error> {
    let mut rest = event.payload;
    let mut text = String::new();
    for (value, numeral) in [(10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")] {
        while rest >= value {
            text.push_str(numeral);
            rest -= value;
        }
    }
    Ok(text)
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(roman)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use lambda_runtime::Context;

    #[tokio::test]
    async fn fourteen() {
        let event = LambdaEvent::new(14, Context::default());
        assert_eq!(roman(event).await.unwrap(), "XIV");
    }
}
