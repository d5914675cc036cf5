//! A line of CloudWatch's
//! [Embedded Metric Format](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html)
//! for each invocation.
//!
//! Lambda takes metrics from lines of a function's log that are JSON of this format, in either log format; nothing goes over the network.

use std::{
    env,
    fmt::{self, Write as _},
    fs::File,
    io::Write as _,
    mem::ManuallyDrop,
    os::fd::FromRawFd,
    sync::{
        OnceLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use super::slot::Outcome;

/// What all lines of a process have in common.
#[derive(Debug)]
struct Common {
    /// Escaped for JSON, as are the others.
    namespace: String,
    function_name: String,
    function_version: String,
}

static COMMON: OnceLock<Common> = OnceLock::new();
/// How long the initialisation took, in nanoseconds; 0 when that was written, or there was none.
static INIT_NANOS: AtomicU64 = AtomicU64::new(0);
static WARM: AtomicBool = AtomicBool::new(false);

/// Has each invocation from now on write its metrics, under a namespace.
pub(crate) fn enable(namespace: &str) {
    let variable = |name| escaped(&env::var(name).unwrap_or_default());
    let _ = COMMON.set(Common {
        namespace: escaped(namespace),
        function_name: variable("AWS_LAMBDA_FUNCTION_NAME"),
        function_version: variable("AWS_LAMBDA_FUNCTION_VERSION"),
    });
}

/// Notes how long an initialisation took.
pub(crate) fn initialized(started: Instant) {
    if COMMON.get().is_some() {
        let nanos = u64::try_from(started.elapsed().as_nanos()).unwrap_or(u64::MAX);
        INIT_NANOS.fetch_add(nanos, Ordering::Relaxed);
    }
}

/// Does an invocation, and writes its metrics if they are asked for.
pub(crate) fn measured(request_id: &str, event: &[u8], invoke: impl FnOnce() -> Outcome) -> Outcome {
    let Some(common) = COMMON.get() else {
        return invoke();
    };
    let started = Instant::now();
    let outcome = invoke();
    let init = match INIT_NANOS.swap(0, Ordering::Relaxed) {
        0 => None,
        nanos => Some(Duration::from_nanos(nanos)),
    };
    let record = Record {
        timestamp: SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default(),
        request_id,
        init,
        duration: started.elapsed(),
        event_bytes: event.len(),
        response_bytes: outcome.as_ref().map_or(0, Vec::len),
        is_error: outcome.is_err(),
        is_cold_start: !WARM.swap(true, Ordering::Relaxed),
    };
    let line = record.line(common);
    // SAFETY: the descriptor is the process's own output, and is not closed with the file.
    let mut stdout = ManuallyDrop::new(unsafe { File::from_raw_fd(1) });
    // In one piece and past std's buffer, which may hold the start of a line. A log that is gone must not fail the invocation.
    let _ = stdout.write_all(line.as_bytes());
    outcome
}

/// The metrics of an invocation.
struct Record<'a> {
    timestamp: Duration,
    request_id: &'a str,
    init: Option<Duration>,
    duration: Duration,
    event_bytes: usize,
    response_bytes: usize,
    is_error: bool,
    is_cold_start: bool,
}

impl Record<'_> {
    /// The line, with its end.
    fn line(&self, common: &Common) -> String {
        let mut line = String::with_capacity(768);
        let init = if self.init.is_some() {
            r#"{"Name":"InitDuration","Unit":"Milliseconds"},"#
        } else {
            ""
        };
        let Common {
            namespace,
            function_name,
            function_version,
        } = common;
        // Writing to a text can't fail.
        let _ = write!(
            line,
            concat!(
                r#"{{"_aws":{{"Timestamp":{},"CloudWatchMetrics":[{{"Namespace":"{}","#,
                r#""Dimensions":[["FunctionName","FunctionVersion"]],"Metrics":[{}"#,
                r#"{{"Name":"Duration","Unit":"Milliseconds"}},{{"Name":"EventBytes","Unit":"Bytes"}},"#,
                r#"{{"Name":"ResponseBytes","Unit":"Bytes"}},{{"Name":"Errors","Unit":"Count"}},"#,
                r#"{{"Name":"ColdStart","Unit":"Count"}}]}}]}},"FunctionName":"{}","FunctionVersion":"{}","RequestId":"{}","#,
            ),
            self.timestamp.as_millis(),
            namespace,
            init,
            function_name,
            function_version,
            escaped(self.request_id),
        );
        if let Some(init) = self.init {
            let _ = write!(line, r#""InitDuration":{},"#, Milliseconds(init));
        }
        let _ = writeln!(
            line,
            r#""Duration":{},"EventBytes":{},"ResponseBytes":{},"Errors":{},"ColdStart":{}}}"#,
            Milliseconds(self.duration),
            self.event_bytes,
            self.response_bytes,
            u8::from(self.is_error),
            u8::from(self.is_cold_start),
        );
        line
    }
}

/// A duration in milliseconds, to the microsecond. Writing a float would add 10 KB to every library.
struct Milliseconds(Duration);

impl fmt::Display for Milliseconds {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let micros = self.0.as_micros();
        write!(formatter, "{}.{:03}", micros / 1000, micros % 1000)
    }
}

/// A text for the inside of JSON's quotes.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' => escaped.push_str("\\\""),
            '\\' => escaped.push_str("\\\\"),
            '\0'..='\x1f' => {
                let _ = write!(escaped, "\\u{:04x}", u32::from(character));
            }
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    /// Checks a line by the rules of the format's specification, and returns it.
    fn parsed(line: &str) -> Value {
        assert!(line.ends_with('\n') && line.matches('\n').count() == 1, "{line}");
        let value: Value = serde_json::from_str(line).expect("it is JSON");
        assert!(value["_aws"]["Timestamp"].is_u64());
        let directives = value["_aws"]["CloudWatchMetrics"].as_array().expect("directives");
        assert_eq!(directives.len(), 1);
        let namespace = directives[0]["Namespace"].as_str().expect("a namespace");
        assert!((1..=1024).contains(&namespace.len()));
        for set in directives[0]["Dimensions"].as_array().expect("sets of dimensions") {
            for dimension in set.as_array().expect("a set") {
                let name = dimension.as_str().expect("a name");
                assert!(value[name].is_string(), "the dimension {name} has no text at the root");
            }
        }
        let metrics = directives[0]["Metrics"].as_array().expect("metrics");
        assert!((1..=100).contains(&metrics.len()));
        for metric in metrics {
            let name = metric["Name"].as_str().expect("a name");
            assert!(value[name].is_number(), "the metric {name} has no number at the root");
            assert!(["Milliseconds", "Bytes", "Count"].contains(&metric["Unit"].as_str().expect("a unit")));
        }
        value
    }

    const RECORD: Record<'_> = Record {
        timestamp: Duration::from_millis(1_700_000_000_123),
        request_id: "id-1",
        init: None,
        duration: Duration::from_micros(1500),
        event_bytes: 19,
        response_bytes: 27,
        is_error: false,
        is_cold_start: false,
    };

    fn common(function_name: &str) -> Common {
        Common {
            namespace: escaped("Shop/Orders"),
            function_name: escaped(function_name),
            function_version: escaped("$LATEST"),
        }
    }

    #[test]
    fn an_invocations_line_is_of_the_format() {
        let value = parsed(&RECORD.line(&common("create-order")));
        assert_eq!(value["_aws"]["Timestamp"], 1_700_000_000_123_u64);
        assert_eq!(value["_aws"]["CloudWatchMetrics"][0]["Namespace"], "Shop/Orders");
        assert_eq!(
            (&value["FunctionName"], &value["RequestId"]),
            (&"create-order".into(), &"id-1".into())
        );
        assert_eq!((&value["Duration"], &value["EventBytes"]), (&1.5.into(), &19.into()));
        assert_eq!(value["ResponseBytes"], 27);
        assert_eq!((&value["Errors"], &value["ColdStart"]), (&0.into(), &0.into()));
        assert_eq!(value.get("InitDuration"), None);
    }

    #[test]
    fn the_first_line_tells_of_the_initialisation_and_a_failure_counts() {
        let record = Record {
            init: Some(Duration::from_millis(12)),
            is_error: true,
            is_cold_start: true,
            ..RECORD
        };
        let value = parsed(&record.line(&common("f")));
        assert_eq!(value["InitDuration"], 12.0);
        assert_eq!((&value["Errors"], &value["ColdStart"]), (&1.into(), &1.into()));
    }

    #[test]
    fn what_json_takes_no_part_of_is_escaped() {
        let name = "a\"b\\c\nd\u{1}é";
        assert_eq!(parsed(&RECORD.line(&common(name)))["FunctionName"], name);
    }
}
