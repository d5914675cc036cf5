//! What ends a wait, and a build that is under way.

use std::{
    io::{self, Read},
    os::unix::process::CommandExt,
    process::{Command, ExitStatus, Stdio},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

/// How often it is looked whether a process has ended.
const POLL: Duration = Duration::from_millis(50);

/// How long an interrupted process has to end by itself.
const PATIENCE: Duration = Duration::from_secs(10);

/// Ends what waits and builds in another thread. What is waited for, or started, afterwards ends at once.
#[derive(Clone, Default)]
pub struct Stop(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    stopped: Condvar,
}

#[derive(Default)]
struct State {
    /// The process that is under way, which leads a group of its own. It is not waited for while this is locked, so nobody else has its number.
    running: Option<u32>,
    stopped_at: Option<Instant>,
}

impl Stop {
    /// Interrupts Bazel, as Ctrl-C does, if it is under way; returns before that has ended.
    pub fn stop(&self) {
        let mut state = self.lock();
        if state.stopped_at.is_none() {
            state.stopped_at = Some(Instant::now());
            if let Some(group) = state.running {
                signal(group, "INT");
            }
            self.0.stopped.notify_all();
        }
    }

    /// Whether this has been stopped.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.lock().stopped_at.is_some()
    }

    /// Waits; tells whether this has been stopped.
    pub(crate) fn wait(&self, time: Duration) -> bool {
        let is_going_on = |state: &mut State| state.stopped_at.is_none();
        let waited = self.0.stopped.wait_timeout_while(self.lock(), time, is_going_on);
        waited.unwrap_or_else(PoisonError::into_inner).0.stopped_at.is_some()
    }

    /// Runs a process to its end, or until it is interrupted: `None` if this has been stopped. What it writes to a piped stdout is returned.
    pub(crate) fn run(&self, command: &mut Command) -> io::Result<Option<(ExitStatus, Vec<u8>)>> {
        let mut child = {
            let mut state = self.lock();
            if state.stopped_at.is_some() {
                return Ok(None);
            }
            // A group of its own, so that Ctrl-C in the terminal does not reach it a second time, and the interruption of any other kind
            // reaches what it has started itself: `bazelisk` hands none on, nor does a script.
            let child = command.stdin(Stdio::null()).process_group(0).spawn()?;
            state.running = Some(child.id());
            child
        };
        let reader = child.stdout.take().map(|mut stdout| {
            thread::spawn(move || {
                let mut written = Vec::new();
                stdout.read_to_end(&mut written).map(|_| written)
            })
        });
        let status = loop {
            let mut state = self.lock();
            match child.try_wait() {
                Ok(None) => {}
                ended => {
                    state.running = None;
                    break ended?;
                }
            }
            if state.stopped_at.is_some_and(|at| at.elapsed() > PATIENCE) {
                signal(child.id(), "KILL");
            }
            drop(state);
            thread::sleep(POLL);
        };
        let written = match reader.map(thread::JoinHandle::join) {
            Some(Ok(written)) => written?,
            Some(Err(panic)) => std::panic::resume_unwind(panic),
            None => Vec::new(),
        };
        match (self.is_stopped(), status) {
            (false, Some(status)) => Ok(Some((status, written))),
            _ => Ok(None),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Stops when it is dropped.
pub struct StopOnDrop(pub Stop);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.stop();
    }
}

/// Sends a signal to a group of processes. By a shell, since `std` sends none to a group, and what calls the system does so by unsafe code.
fn signal(group: u32, name: &str) {
    let kill = format!("kill -s {name} -- -{group}");
    // Without one, the process is waited for.
    let _ = Command::new("/bin/sh")
        .args(["-c", &kill])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .status();
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;
    use crate::tests::Folder;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]);
        command
    }

    /// Waits for a file that has a line.
    fn awaited(path: &Path) -> String {
        for _ in 0..100 {
            match fs::read_to_string(path) {
                Ok(text) if text.ends_with('\n') => return text,
                _ => thread::sleep(Duration::from_millis(100)),
            }
        }
        panic!("{} is not written", path.display());
    }

    #[test]
    fn a_process_is_waited_for_and_heard() {
        let ran = Stop::default().run(shell("echo said; exit 3").stdout(Stdio::piped()));
        let (status, written) = ran.unwrap().unwrap();
        assert_eq!((status.code(), &*written), (Some(3), &b"said\n"[..]));
    }

    #[test]
    fn a_process_is_interrupted_with_what_it_has_started() {
        let folder = Folder::new("interrupted");
        let (started, ended) = (folder.path().join("started"), folder.path().join("ended"));
        // As a script that calls Bazel: what it has started is to end by itself.
        let inner = format!(
            "trap 'echo interrupted >{}; exit 8' INT; echo >{}; while :; do sleep 0.1; done",
            ended.display(),
            started.display()
        );
        let stop = Stop::default();
        thread::scope(|scope| {
            let run = scope.spawn(|| stop.run(shell("sh -c \"$INNER\"; exit 0").env("INNER", &inner)));
            awaited(&started);
            let began = Instant::now();
            stop.stop();
            assert!(run.join().unwrap().unwrap().is_none());
            assert!(began.elapsed() < PATIENCE, "it was killed");
            assert_eq!(awaited(&ended), "interrupted\n");
        });
    }

    #[test]
    fn nothing_is_started_or_waited_for_afterwards() {
        let stop = Stop::default();
        drop(StopOnDrop(stop.clone()));
        assert!(stop.run(&mut shell("exit 0")).unwrap().is_none());
        let began = Instant::now();
        assert!(stop.is_stopped() && stop.wait(Duration::from_secs(60)));
        assert!(began.elapsed() < Duration::from_secs(30));
    }
}
