//! Parses JSON by tree-sitter, whose crate has bindings that bindgen made before, and a grammar in C.

use lambda_runtime::{run, service_fn, Error, LambdaEvent};
use serde_json::{json, Value};
use tree_sitter::Parser;

fn answer(event: &Value) -> Result<Value, Error> {
    let text = event["text"].as_str().ok_or("no text")?;
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_json::LANGUAGE.into())?;
    let tree = parser.parse(text, None).ok_or("it was given up")?;
    Ok(json!({
        "has_error": tree.root_node().has_error(),
        "tree": tree.root_node().to_sexp(),
    }))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(
        |event: LambdaEvent<Value>| async move { answer(&event.payload) },
    ))
    .await
}
