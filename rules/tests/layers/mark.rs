//! An extension that leaves a mark, for the function to see: that it has registered, and then each event.

use std::{
    env,
    fs::OpenOptions,
    io::{Read, Write},
    net::TcpStream,
};

/// Sends a request, and returns the response as it comes.
fn call(api: &str, request: &str, headers: &str, body: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(api)?;
    let length = body.len();
    write!(
        stream,
        "{request} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\nContent-Length: {length}\r\n\r\n{body}"
    )?;
    let mut response = String::new();
    stream.read_to_string(&mut response)?;
    Ok(response)
}

fn main() -> std::io::Result<()> {
    // It is none of the function's process.
    assert!(env::var_os("_HANDLER").is_none());
    let api = env::var("AWS_LAMBDA_RUNTIME_API").expect("it is set");
    let mut mark = OpenOptions::new()
        .create(true)
        .append(true)
        .open(format!("/tmp/marked-{}", api.replace(':', "-")))?;
    let response = call(
        &api,
        "POST /2020-01-01/extension/register",
        "Lambda-Extension-Name: mark",
        r#"{"events": ["INVOKE", "SHUTDOWN"]}"#,
    )?;
    let id = response
        .lines()
        .find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("lambda-extension-identifier").then(|| value.to_owned())
        })
        .expect("it is registered");
    writeln!(mark, "registered")?;
    loop {
        let event = call(
            &api,
            "GET /2020-01-01/extension/event/next",
            &format!("Lambda-Extension-Identifier: {id}"),
            "",
        )?;
        writeln!(mark, "{}", event.lines().last().unwrap_or_default())?;
        if event.contains("SHUTDOWN") {
            return Ok(());
        }
    }
}
