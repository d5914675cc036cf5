//! A stack's settings, and what becomes of them.

// Each test uses what it needs of this.
#![allow(dead_code)]

use serde_json::{Value, json};
use template::{Archive, Settings, render};

/// A stack with one function, and the settings given besides.
pub fn settings(function: Value) -> Value {
    let mut one = json!({"name": "create_order", "handler": "index.handler"});
    template::merge_patch(&mut one, &function);
    json!({
        "label": "//shop:deploy",
        "zip_label": "//shop:lambda_zip",
        "architecture": "x86_64",
        "runtime": "python3.13",
        "edge": false,
        "streaming": false,
        "aws_tags": {},
        "functions": [one],
    })
}

pub fn archive(byte: u8) -> Archive {
    Archive {
        sha256: [byte; 32],
        size: 1000,
        unpacked: 2000,
    }
}

pub fn rendered(settings: Value) -> Value {
    let settings = Settings::read(settings).unwrap();
    render(&settings, &archive(1), &[], &json!({})).unwrap()
}

pub fn refusal(settings: Value) -> String {
    let settings = Settings::read(settings).unwrap();
    render(&settings, &archive(1), &[], &json!({})).unwrap_err().to_string()
}

pub fn ids(template: &Value) -> Vec<&str> {
    template["Resources"]
        .as_object()
        .unwrap()
        .keys()
        .map(|id| &**id)
        .collect()
}

/// A stack with two layers, and the settings of its function given besides.
pub fn layered(function: Value) -> Settings {
    let mut layered = settings(function);
    layered["stack_layers"] = json!([
        {"label": "//shop:tools", "name": "tools.2", "architectures": [], "runtimes": []},
        {"label": "//shop:layer", "name": "layer", "architectures": ["x86_64"], "runtimes": ["python3.12", "python3.13"]},
    ]);
    serde_json::from_value(layered).unwrap()
}
