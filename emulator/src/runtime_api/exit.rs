//! The end of a process, in Lambda's words.

use std::{io, os::unix::process::ExitStatusExt, process::ExitStatus};

use serde_json::Value;

/// What Lambda tells of the end of a function's process in the error of the event that it was at, or that it was started for.
pub(crate) fn message(request_id: &str, status: &io::Result<ExitStatus>) -> String {
    let ended = match status {
        Ok(status) => reason(*status),
        Err(error) => format!("Runtime cannot be watched: {error}"),
    };
    format!("RequestId: {request_id} Error: {ended}")
}

/// How the process ended that an error tells of, if it is in Lambda's words.
pub(crate) fn how(error: &Value) -> Option<&str> {
    let (_, how) = error["errorMessage"].as_str()?.split_once(" Error: Runtime exited ")?;
    Some(how)
}

fn reason(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(0), _) => "Runtime exited without providing a reason".to_owned(),
        (Some(code), _) => format!("Runtime exited with error: exit status {code}"),
        (None, Some(number)) => format!("Runtime exited with error: signal: {}", signal(number)),
        (None, None) => format!("Runtime exited with error: {status}"),
    }
}

/// A signal by the name that Go has for it, in which Lambda's own programs are written.
fn signal(number: i32) -> String {
    let name = match number {
        1 => "hangup",
        2 => "interrupt",
        3 => "quit",
        4 => "illegal instruction",
        5 => "trace/breakpoint trap",
        6 => "aborted",
        7 => "bus error",
        8 => "floating point exception",
        9 => "killed",
        10 => "user defined signal 1",
        11 => "segmentation fault",
        12 => "user defined signal 2",
        13 => "broken pipe",
        14 => "alarm clock",
        15 => "terminated",
        other => return format!("signal {other}"),
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_lambdas() {
        let words = |raw| message("id", &Ok(ExitStatus::from_raw(raw)));
        assert_eq!(
            words(0),
            "RequestId: id Error: Runtime exited without providing a reason"
        );
        assert_eq!(
            words(3 << 8),
            "RequestId: id Error: Runtime exited with error: exit status 3"
        );
        // With a core dump, and without.
        for raw in [6, 6 | 0x80] {
            assert_eq!(
                words(raw),
                "RequestId: id Error: Runtime exited with error: signal: aborted"
            );
        }
        assert_eq!(
            words(40),
            "RequestId: id Error: Runtime exited with error: signal: signal 40"
        );
    }
}
