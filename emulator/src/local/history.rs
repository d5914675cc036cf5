//! The invocations that the page lists: the last of them, whoever sent them.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::body::Bytes;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
};

use super::{
    console::{Times, millis},
    function::Reply,
};
use crate::runtime_api::{Invocation, Origin, StreamPart};

/// How many invocations are kept, and how many bytes of events, answers and logs in all.
const MAX_RECORDS: usize = 200;
const MAX_BYTES: usize = 16 << 20;

/// How much is kept of an event, an answer and a log: a page that shows more is of no use.
const MAX_TEXT_BYTES: usize = 256 << 10;

/// How much is kept of what is one cell of the list: an error's message can be as long as an answer.
const MAX_CELL_BYTES: usize = 1 << 10;

/// What was invoked since the start, as far as it is kept.
pub(super) struct History {
    records: Mutex<VecDeque<Record>>,
    /// How many changes there were.
    changes: watch::Sender<u64>,
}

/// An invocation, in one line.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Summary {
    /// The request's id.
    pub id: String,
    /// The function's name.
    pub function: String,
    /// What the event is called, where it has a name.
    pub event_name: Option<String>,
    /// Who sent it.
    pub source: String,
    /// When it was sent, in milliseconds since the epoch.
    pub began: i64,
    /// Where it stands.
    pub state: State,
    /// The error, in one line.
    pub error: Option<String>,
    pub duration_ms: Option<f64>,
    pub init_ms: Option<f64>,
    pub memory_mb: Option<u64>,
    pub event_bytes: usize,
    pub response_bytes: Option<usize>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
    Running,
    Succeeded,
    Failed,
}

/// An invocation with its event, answer and log, each of which may be cut.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(super) struct Record {
    #[serde(flatten)]
    pub summary: Summary,
    pub event: String,
    pub response: String,
    pub log: String,
}

impl Record {
    /// Cuts what is too long, so that the limits above hold whoever has made this.
    fn cut(&mut self) {
        let summary = &mut self.summary;
        let cells = [&mut summary.id, &mut summary.function, &mut summary.source];
        for cell in cells
            .into_iter()
            .chain(&mut summary.event_name)
            .chain(&mut summary.error)
        {
            if cell.len() > MAX_CELL_BYTES {
                cell.truncate(cell.floor_char_boundary(MAX_CELL_BYTES));
                cell.push('…');
            }
        }
        for text in [&mut self.event, &mut self.response, &mut self.log] {
            // Each byte that is no text has become a character of three bytes.
            text.truncate(text.floor_char_boundary(3 * MAX_TEXT_BYTES));
        }
    }

    fn bytes(&self) -> usize {
        self.event.len() + self.response.len() + self.log.len()
    }
}

/// An invocation that is under way. One that is never ended failed: the emulator did not come to its end.
pub(super) struct Running {
    history: Arc<History>,
    id: String,
    /// What was streamed, once it is over.
    streamed: Option<JoinHandle<Captured>>,
}

/// What is kept of a streamed answer.
#[derive(Default)]
struct Captured {
    start: Vec<u8>,
    length: usize,
}

impl Captured {
    fn push(&mut self, chunk: &Bytes) {
        let free = MAX_TEXT_BYTES.saturating_sub(self.start.len());
        self.start.extend_from_slice(&chunk[..chunk.len().min(free)]);
        self.length += chunk.len();
    }
}

impl History {
    pub fn new() -> Arc<Self> {
        Arc::new(Self {
            records: Mutex::default(),
            changes: watch::Sender::new(0),
        })
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Record>> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes an invocation of a function. A streamed answer passes through what is kept of it.
    pub fn begin(self: &Arc<Self>, function: &str, invocation: &mut Invocation) -> Running {
        let Origin { source, event_name } = invocation.origin.clone();
        self.add(Record {
            summary: Summary {
                id: invocation.request_id.clone(),
                function: function.to_owned(),
                event_name,
                source,
                began: i64::try_from(OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000_000).unwrap_or_default(),
                state: State::Running,
                error: None,
                duration_ms: None,
                init_ms: None,
                memory_mb: None,
                event_bytes: invocation.event.len(),
                response_bytes: None,
            },
            event: text(&invocation.event),
            response: String::new(),
            log: String::new(),
        });
        let streamed = invocation.stream.take().map(|stream| {
            let (sender, receiver) = mpsc::channel(16);
            invocation.stream = Some(sender);
            tokio::spawn(capture(receiver, stream))
        });
        Running {
            history: self.clone(),
            id: invocation.request_id.clone(),
            streamed,
        }
    }

    /// Adds an invocation, and forgets the oldest that are too many or too much.
    pub fn add(&self, mut record: Record) {
        record.cut();
        let mut records = self.lock();
        records.push_back(record);
        forget(&mut records);
        drop(records);
        self.changed();
    }

    fn changed(&self) {
        self.changes.send_modify(|changes| *changes += 1);
    }

    /// A number that is another one after each change.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// All that are kept, the newest first.
    pub fn summaries(&self) -> Vec<Summary> {
        self.lock().iter().rev().map(|record| record.summary.clone()).collect()
    }

    /// One that is kept.
    pub fn record(&self, id: &str) -> Option<Record> {
        self.lock().iter().rev().find(|record| record.summary.id == id).cloned()
    }

    /// The newest.
    pub fn last(&self) -> Option<Record> {
        self.lock().back().cloned()
    }

    fn change(&self, id: &str, change: impl FnOnce(&mut Record)) {
        let mut records = self.lock();
        // It may be forgotten already.
        if let Some(record) = records.iter_mut().rev().find(|record| record.summary.id == id) {
            change(record);
            record.cut();
            forget(&mut records);
        }
        drop(records);
        self.changed();
    }
}

impl Running {
    /// Notes how it ended.
    pub fn end(mut self, reply: &Reply, error: Option<&str>, times: &Times) {
        let (Ok(body) | Err(body)) = &reply.result;
        let (body, log, failed) = (body.clone(), text(&reply.log), reply.result.is_err());
        let (error, times) = (error.map(str::to_owned), times.clone());
        let finish = move |record: &mut Record, streamed: Captured| {
            let summary = &mut record.summary;
            summary.state = if failed { State::Failed } else { State::Succeeded };
            summary.error = error;
            summary.duration_ms = Some(millis(times.duration));
            summary.init_ms = times.init.map(millis);
            summary.memory_mb = times.megabytes;
            summary.response_bytes = Some(streamed.length + body.len());
            record.response = text(&streamed.start) + &text(&body);
            record.log = log;
        };
        let (history, id) = (self.history.clone(), std::mem::take(&mut self.id));
        match self.streamed.take() {
            None => history.change(&id, |record| finish(record, Captured::default())),
            // Whoever waits for the answer may be slow to take it; the next event does not wait for that.
            Some(streamed) => {
                tokio::spawn(async move {
                    let streamed = streamed.await.unwrap_or_default();
                    history.change(&id, |record| finish(record, streamed));
                });
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.id.is_empty() {
            self.history.change(&self.id, |record| {
                record.summary.state = State::Failed;
                record.summary.error = Some("the emulator did not come to its end".to_owned());
            });
        }
    }
}

/// Passes a streamed answer on, and keeps its start.
async fn capture(mut parts: mpsc::Receiver<StreamPart>, to: mpsc::Sender<StreamPart>) -> Captured {
    let mut captured = Captured::default();
    while let Some(part) = parts.recv().await {
        if let StreamPart::Chunk(chunk) = &part {
            captured.push(chunk);
        }
        // The function goes on when its caller is gone.
        to.send(part).await.ok();
    }
    captured
}

fn forget(records: &mut VecDeque<Record>) {
    let mut bytes: usize = records.iter().map(Record::bytes).sum();
    while records.len() > MAX_RECORDS || (bytes > MAX_BYTES && records.len() > 1) {
        bytes -= records.pop_front().map_or(0, |record| record.bytes());
    }
}

/// The start of what may be long, as text.
fn text(bytes: &[u8]) -> String {
    let end = bytes.len().min(MAX_TEXT_BYTES);
    let start = &bytes[..end];
    // A letter that the cut has split is left out.
    match str::from_utf8(start) {
        Err(error) if end < bytes.len() && error.error_len().is_none() => {
            String::from_utf8_lossy(&start[..error.valid_up_to()]).into_owned()
        }
        _ => String::from_utf8_lossy(start).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn invocation(event: &[u8]) -> Invocation {
        Invocation::new(event.to_vec(), Duration::from_secs(1))
    }

    fn end(running: Running, result: Result<Vec<u8>, Vec<u8>>, error: Option<&str>) {
        let log = b"line\n".to_vec();
        running.end(&Reply { result, log }, error, &Times::default());
    }

    #[test]
    fn an_invocation_is_listed_while_it_runs_and_how_it_ended() {
        let history = History::new();
        let changes = history.changes();
        let mut sent = invocation(b"{}");
        sent.origin.source = "curl".to_owned();
        let running = history.begin("hello", &mut sent);
        let [summary] = &history.summaries()[..] else { panic!() };
        assert_eq!(
            (summary.state, &*summary.source, summary.event_bytes),
            (State::Running, "curl", 2)
        );
        end(running, Err(b"{\"errorType\": \"E\"}".to_vec()), Some("E"));
        let record = history.record(&sent.request_id).unwrap();
        assert_eq!(record.summary.state, State::Failed);
        assert_eq!(record.summary.error.as_deref(), Some("E"));
        assert_eq!((&*record.event, &*record.log), ("{}", "line\n"));
        assert!(changes.has_changed().unwrap());
        drop(history.begin("hello", &mut invocation(b"{}")));
        assert_eq!(history.summaries()[0].state, State::Failed);
    }

    #[test]
    fn the_oldest_are_forgotten() {
        let history = History::new();
        for number in 0..=MAX_RECORDS {
            let running = history.begin("hello", &mut invocation(number.to_string().as_bytes()));
            end(running, Ok(Vec::new()), None);
        }
        assert_eq!(history.summaries().len(), MAX_RECORDS);
        assert_eq!(history.lock()[0].event, "1");
        let long = vec![b'x'; 2 * MAX_TEXT_BYTES];
        for _ in 0..MAX_RECORDS {
            history.begin("hello", &mut invocation(&long));
        }
        assert_eq!(history.summaries().len(), MAX_BYTES / MAX_TEXT_BYTES);
        assert_eq!(history.summaries()[0].event_bytes, long.len());
    }

    #[test]
    fn no_cell_of_the_list_is_long() {
        let history = History::new();
        let long = "\u{e4}".repeat(MAX_TEXT_BYTES);
        let mut sent = invocation(b"{}");
        sent.origin = Origin {
            source: long.clone(),
            event_name: Some(format!("x{long}")),
        };
        end(history.begin("hello", &mut sent), Err(Vec::new()), Some(&long));
        let mut record = history.last().unwrap();
        let summary = &record.summary;
        for cell in [
            &summary.source,
            summary.event_name.as_ref().unwrap(),
            summary.error.as_ref().unwrap(),
        ] {
            assert!(
                cell.len() <= MAX_CELL_BYTES + 3 && cell.ends_with("\u{e4}…"),
                "{}",
                cell.len()
            );
        }
        // One that another process has made.
        record.log = "x".repeat(MAX_BYTES);
        history.add(record);
        assert_eq!(history.last().unwrap().log.len(), 3 * MAX_TEXT_BYTES);
    }

    #[test]
    fn a_cut_splits_no_letter() {
        let long = "\u{e4}".repeat(MAX_TEXT_BYTES).into_bytes();
        assert_eq!(text(&long[1..]).chars().next(), Some('\u{fffd}'));
        let long = [b"x", &long[..]].concat();
        assert_eq!(text(&long).len(), MAX_TEXT_BYTES - 1);
        assert_eq!(text(b"\xff"), "\u{fffd}");
    }

    #[tokio::test]
    async fn a_streamed_answer_is_passed_on_and_kept() {
        let history = History::new();
        let mut changes = history.changes();
        let mut sent = invocation(b"{}");
        let (sender, mut receiver) = mpsc::channel(16);
        sent.stream = Some(sender);
        let running = history.begin("hello", &mut sent);
        let part = StreamPart::Chunk(Bytes::from_static(b"part"));
        sent.stream.take().unwrap().send(part.clone()).await.unwrap();
        changes.mark_unchanged();
        end(running, Ok(Vec::new()), None);
        assert_eq!(receiver.recv().await, Some(part));
        assert_eq!(receiver.recv().await, None);
        changes.changed().await.unwrap();
        let record = history.record(&sent.request_id).unwrap();
        assert_eq!((&*record.response, record.summary.response_bytes), ("part", Some(4)));
    }
}
