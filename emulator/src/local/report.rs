//! The lines that Lambda itself writes to a function's log.

use super::console::{Times, millis};

/// The line before an invocation.
pub(super) fn start(request_id: &str) -> String {
    format!("START RequestId: {request_id} Version: $LATEST\n")
}

/// The lines after an invocation.
pub(super) fn end(request_id: &str, times: &Times, memory_mb: u64) -> String {
    let duration = millis(times.duration);
    let billed = millis(times.duration + times.init.unwrap_or_default()).ceil();
    let mut report = format!(
        "END RequestId: {request_id}\nREPORT RequestId: {request_id}\tDuration: {duration:.2} ms\tBilled Duration: \
         {billed} ms\tMemory Size: {memory_mb} MB"
    );
    if let Some(megabytes) = times.megabytes {
        report += &format!("\tMax Memory Used: {megabytes} MB");
    }
    if let Some(init) = times.init {
        report += &format!("\tInit Duration: {:.2} ms", millis(init));
    }
    report + "\t\n"
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_lines_are_lambdas() {
        let mut times = Times {
            duration: Duration::from_micros(1_234),
            init: None,
            megabytes: Some(38),
        };
        let line = "REPORT RequestId: id\tDuration: 1.23 ms\tBilled Duration: 2 ms\tMemory Size: 128 MB\tMax Memory Used: 38 MB";
        assert_eq!(end("id", &times, 128), format!("END RequestId: id\n{line}\t\n"));
        times.init = Some(Duration::from_millis(80));
        assert!(end("id", &times, 128).ends_with(
            "Billed Duration: 82 ms\tMemory Size: 128 MB\tMax Memory Used: 38 MB\tInit Duration: 80.00 ms\t\n"
        ));
    }
}
