//! What programs write, without what differs from one run of a program to the next.

use serde_json::Value;

/// A program's log, to be compared line by line. `is_python` has the lines of Python's runtime client left out.
pub(crate) fn normalize(log: &str, is_python: bool) -> String {
    let lines: Vec<_> = log.lines().collect();
    let kept = if is_python { without_client(&lines) } else { lines };
    kept.into_iter().map(|line| normalize_line(line) + "\n").collect()
}

/// Leaves out what the runtime client for Python writes: each error with its traceback, and its warnings.
fn without_client<'a>(lines: &[&'a str]) -> Vec<&'a str> {
    let mut kept = Vec::new();
    let mut rest = lines;
    while let [line, ..] = rest {
        let skipped = client_lines(rest);
        if skipped == 0 {
            kept.push(*line);
        }
        rest = &rest[skipped.max(1)..];
    }
    kept
}

/// How many lines from the first on are a message of the client's.
fn client_lines(lines: &[&str]) -> usize {
    const ERROR: &str = "[ERROR] ";
    // The client ends the lines of an error by a carriage return, so that Lambda takes them for one.
    const TRACEBACK: &str = "\rTraceback (most recent call last):";
    let Some((first, rest)) = lines.split_first() else {
        return 0;
    };
    if first.contains("LAMBDA_WARNING: ") || is_client_json(first) {
        return 1;
    }
    if !first.starts_with(ERROR) {
        return 0;
    }
    // The error's message may have line feeds. A line of the program's may look like a start, too.
    let more = rest.iter().take_while(|line| !line.starts_with(ERROR));
    let end = [first]
        .into_iter()
        .chain(more)
        .position(|line| line.contains(TRACEBACK));
    end.map_or(0, |end| end + 1)
}

/// Whether a line is an error of the client's in the log format JSON.
fn is_client_json(line: &str) -> bool {
    let keys = [
        "errorMessage",
        "errorType",
        "level",
        "requestId",
        "stackTrace",
        "timestamp",
    ];
    let Ok(Value::Object(object)) = serde_json::from_str(line) else {
        return false;
    };
    object.len() == keys.len() && keys.iter().all(|key| object.contains_key(*key))
}

fn normalize_line(line: &str) -> String {
    let line = without_colors(line);
    if let Ok(Value::Object(mut object)) = serde_json::from_str(&line) {
        if let Some(timestamp) = object.get_mut("timestamp") {
            *timestamp = "<time>".into();
        }
        return without_numbers(&Value::Object(object).to_string());
    }
    without_numbers(&without_thread(&without_time(&line)))
}

/// Leaves out ANSI's sequences for colours and the like.
fn without_colors(line: &str) -> String {
    let mut kept = String::new();
    let mut rest = line;
    while let Some((before, sequence)) = rest.split_once("\x1b[") {
        kept += before;
        // The parameters end at a letter.
        let end = sequence.find(|c: char| ('@'..='~').contains(&c));
        rest = end.map_or("", |end| &sequence[end + 1..]);
    }
    kept + rest
}

/// Replaces a time of RFC 3339 at the start, which may be in brackets.
fn without_time(line: &str) -> String {
    let (bracket, text) = match line.strip_prefix('[') {
        Some(text) => ("[", text),
        None => ("", line),
    };
    match time_length(text) {
        Some(length) => format!("{bracket}<time>{}", &text[length..]),
        None => line.to_owned(),
    }
}

/// How many bytes of a time a text starts with.
fn time_length(text: &str) -> Option<usize> {
    let matches = |text: &str, pattern: &str| {
        text.len() >= pattern.len()
            && text.bytes().zip(pattern.bytes()).all(|(byte, pattern)| match pattern {
                b'0' => byte.is_ascii_digit(),
                b'T' => matches!(byte, b'T' | b't' | b' '),
                _ => byte == pattern,
            })
    };
    let mut length = "0000-00-00T00:00:00".len();
    if !matches(text, "0000-00-00T00:00:00") {
        return None;
    }
    if text[length..].starts_with('.') {
        let digits = text[length + 1..].bytes().take_while(u8::is_ascii_digit).count();
        length += 1 + digits;
    }
    let zone = &text[length..];
    if zone.starts_with(['Z', 'z']) {
        length += 1;
    } else if matches(zone, "+00:00") || matches(zone, "-00:00") {
        length += 6;
    }
    Some(length)
}

/// Replaces the thread's name and number in a panic's first line.
fn without_thread(line: &str) -> String {
    let thread = line.strip_prefix("thread '").and_then(|rest| rest.split_once('\''));
    let Some((_, rest)) = thread else {
        return line.to_owned();
    };
    // Newer versions of Rust add the number.
    let number = rest.strip_prefix(" (").and_then(|rest| rest.split_once(')'));
    let rest = match number {
        Some((digits, rest)) if digits.bytes().all(|byte| byte.is_ascii_digit()) => rest,
        _ => rest,
    };
    if rest.starts_with(" panicked at ") || rest.starts_with(" has overflowed its stack") {
        format!("thread '_'{rest}")
    } else {
        line.to_owned()
    }
}

/// Replaces the numbers of threads, and addresses: of more digits than a value of 32 bits has.
fn without_numbers(line: &str) -> String {
    let line = replace_digits(line, "ThreadId(", 1, |byte| byte.is_ascii_digit());
    replace_digits(&line, "0x", 9, |byte| byte.is_ascii_hexdigit())
}

/// Replaces the digits after a prefix wherever there are so many or more.
fn replace_digits(line: &str, prefix: &str, least: usize, is_digit: impl Fn(&u8) -> bool) -> String {
    let mut replaced = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once(prefix) {
        let digits = after.bytes().take_while(|byte| is_digit(byte)).count();
        replaced = replaced + before + prefix;
        rest = if digits >= least {
            replaced.push('_');
            &after[digits..]
        } else {
            after
        };
    }
    replaced + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_between_runs_is_replaced() {
        for (line, expected) in [
            (
                "\x1b[2m2024-01-31T08:09:10.123456Z\x1b[0m \x1b[32m INFO\x1b[0m hi",
                "<time>  INFO hi",
            ),
            ("[2024-01-31T08:09:10Z ERROR app] no", "[<time> ERROR app] no"),
            ("2024-01-31 08:09:10+01:00 hi", "<time> hi"),
            ("2024-01-31 is a day", "2024-01-31 is a day"),
            (
                r#"{"timestamp":"2024","level":"INFO","fields":{"thread":"ThreadId(12)"}}"#,
                r#"{"fields":{"thread":"ThreadId(_)"},"level":"INFO","timestamp":"<time>"}"#,
            ),
            (
                "thread 'tokio-runtime-worker' (1234) panicked at src/main.rs:5:9:",
                "thread '_' panicked at src/main.rs:5:9:",
            ),
            (
                "thread 'main' panicked at src/main.rs:5:9:",
                "thread '_' panicked at src/main.rs:5:9:",
            ),
            ("thread 'main' is busy", "thread 'main' is busy"),
            (
                "ThreadId(3) has 0x7ffd12345678 and 0xdeadbeef",
                "ThreadId(_) has 0x_ and 0xdeadbeef",
            ),
        ] {
            assert_eq!(normalize_line(line), expected);
        }
    }

    #[test]
    fn what_identifies_the_request_and_the_place_stays() {
        let line = r#"ERROR Lambda runtime invoke{requestId="1-2" xrayTraceId="Root=1-0"}: src/main.rs:5: no"#;
        assert_eq!(normalize_line(line), line);
    }

    #[test]
    fn lines_of_the_client_for_python_are_left_out() {
        let log = "one\n\
                   [ERROR] mine\n\
                   [ERROR] KeyError: a\nb\rTraceback (most recent call last):\r\u{a0}\u{a0}File \"x\"\n\
                   two\n\
                   [WARNING]\t2024-01-31T08:09:10.123Z\t\tLAMBDA_WARNING: Unhandled exception. See\r\n\
                   {\"timestamp\": \"t\", \"level\": \"ERROR\", \"errorMessage\": \"m\", \"errorType\": \"E\", \
                   \"requestId\": \"1\", \"stackTrace\": []}\n\
                   three";
        assert_eq!(normalize(log, true), "one\n[ERROR] mine\ntwo\nthree\n");
        assert!(normalize(log, false).contains("KeyError"));
    }
}
