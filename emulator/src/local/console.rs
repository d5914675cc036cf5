//! What is shown in the terminal: what functions write, and how their invocations go.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anstream::eprintln;
use anstyle::{AnsiColor, Style};

use super::traceback;

const COLORS: [AnsiColor; 5] = [
    AnsiColor::Cyan,
    AnsiColor::Magenta,
    AnsiColor::Blue,
    AnsiColor::Yellow,
    AnsiColor::Green,
];
/// The longest line that is waited for to end.
const MAX_LINE_BYTES: usize = 256 << 10;

const DIM: Style = Style::new().dimmed();
const GOOD: Style = AnsiColor::Green.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();

/// Writes to stderr, in colour where that is a terminal and `NO_COLOR` is not set.
pub(super) struct Console {
    names: Vec<String>,
}

/// What a function has written of a line that has no end yet.
pub(super) struct Lines {
    console: Arc<Console>,
    name: String,
    pending: Vec<u8>,
}

impl Console {
    /// A console for functions of these names.
    pub fn new<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        Self {
            names: names.map(str::to_owned).collect(),
        }
    }

    /// The beginning of an invocation.
    pub fn start(&self, name: &str, request_id: &str) {
        eprintln!("{DIM}▶{DIM:#} {} {DIM}{request_id}{DIM:#}", self.label(name));
    }

    /// The end of an invocation that succeeded, or of one that failed with the error given.
    pub fn end(&self, name: &str, error: Option<&str>, times: &Times) {
        let label = self.label(name);
        match error {
            None => eprintln!("{GOOD}✓{GOOD:#} {label} {times}"),
            Some(error) => eprintln!("{BAD}✗{BAD:#} {label} {times} {BAD}{error}{BAD:#}"),
        }
    }

    /// Something about the emulator itself.
    pub fn note(&self, text: &str) {
        eprintln!("{DIM}·{DIM:#} {text}");
    }

    /// Something that went wrong, and does not end the emulator.
    pub fn problem(&self, text: &str) {
        eprintln!("{BAD}error:{BAD:#} {text}");
    }

    fn line(&self, name: &str, text: &[u8]) {
        for line in traceback::without_shim(&String::from_utf8_lossy(text)) {
            eprintln!("  {} {line}", self.label(name));
        }
    }

    /// The name in the function's colour, as wide as the longest one.
    fn label(&self, name: &str) -> String {
        let width = self.names.iter().map(String::len).max().unwrap_or_default();
        let number = self.names.iter().position(|other| other == name).unwrap_or_default();
        let style = COLORS[number % COLORS.len()].on_default();
        format!("{style}{name:width$}{style:#}")
    }
}

impl Lines {
    /// The lines of a process of the function of this name.
    pub fn new(console: Arc<Console>, name: &str) -> Arc<Mutex<Self>> {
        Arc::new(Mutex::new(Self {
            console,
            name: name.to_owned(),
            pending: Vec::new(),
        }))
    }

    /// Shows the lines that end in what was written.
    pub fn push(lines: &Mutex<Self>, written: &[u8]) {
        let mut lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.pending.extend_from_slice(written);
        while let Some(end) = lines.pending.iter().position(|byte| *byte == b'\n') {
            let line: Vec<_> = lines.pending.drain(..=end).collect();
            lines.console.line(&lines.name, &line[..end]);
        }
        if lines.pending.len() > MAX_LINE_BYTES {
            let start = std::mem::take(&mut lines.pending);
            lines.console.line(&lines.name, &start);
        }
    }

    /// Shows a line that has no end.
    pub fn flush(lines: &Mutex<Self>) {
        let mut lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
        let pending = std::mem::take(&mut lines.pending);
        if !pending.is_empty() {
            lines.console.line(&lines.name, &pending);
        }
    }
}

/// How long an invocation took, and what it needed.
#[derive(Clone, Debug, Default)]
pub(super) struct Times {
    /// From the moment that the event was there to be fetched to the answer.
    pub duration: Duration,
    /// The start of the process, if this was its first invocation.
    pub init: Option<Duration>,
    /// The most memory that the process has had, in MB.
    pub megabytes: Option<u64>,
}

impl std::fmt::Display for Times {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{:.2} ms", millis(self.duration))?;
        let init = self.init.map(|init| format!("init {:.2} ms", millis(init)));
        let megabytes = self.megabytes.map(|megabytes| format!("{megabytes} MB"));
        for part in [init, megabytes].into_iter().flatten() {
            write!(formatter, " {DIM}· {part}{DIM:#}")?;
        }
        Ok(())
    }
}

/// A duration in milliseconds.
pub(super) fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_without_an_end_is_not_kept_for_ever() {
        let lines = Lines::new(Arc::new(Console::new(["hello"].into_iter())), "hello");
        let pending = || lines.lock().unwrap().pending.len();
        Lines::push(&lines, &vec![b'.'; MAX_LINE_BYTES]);
        assert_eq!(pending(), MAX_LINE_BYTES);
        Lines::push(&lines, b".");
        assert_eq!(pending(), 0);
        Lines::push(&lines, b"one\ntwo");
        assert_eq!(pending(), 3);
    }
}
