//! The extensions that layers bring: processes that Lambda starts before the function's, and ends after it.

use std::{process::ExitStatus, time::Duration};

use anyhow::{Context, Result, bail};
use launcher::{Extension, Sandbox, Signal};
use tokio::time::{sleep, timeout};

use super::{log::Writer, process::Process};
use crate::runtime_api::RuntimeApi;

/// How long Lambda lets them initialise themselves.
const INIT_LIMIT: Duration = Duration::from_secs(10);

/// How long they may take to shut down, once the function's process is gone.
const SHUTDOWN_TIME: Duration = Duration::from_millis(1700);

/// How often they are looked at.
const INTERVAL: Duration = Duration::from_millis(5);

/// An extension's process, which leads a group of its own.
struct Running {
    name: String,
    process: Process,
}

/// The processes of the extensions that layers bring. They are killed when this is dropped.
pub(super) struct LayerExtensions(Vec<Running>);

impl LayerExtensions {
    /// Starts what lies in the layers' `extensions`, all at a time, and waits until each has registered.
    pub async fn start(sandbox: &Sandbox, api: &RuntimeApi, log: &Writer) -> Result<Self> {
        let found = Extension::all(sandbox)?;
        api.extensions()
            .expect(found.iter().map(|extension| extension.name.clone()).collect());
        let mut all = Self(Vec::new());
        for extension in found {
            let command = extension.command(sandbox, api.address())?;
            let name = extension.name;
            let process = Process::spawn(command, log.output()?, true).with_context(|| {
                format!(
                    "cannot start the extension {name:?} of a layer: it has to be executable, built for this machine's architecture, or \
                     a script whose first line names an interpreter"
                )
            })?;
            all.0.push(Running { name, process });
        }
        tokio::select! {
            biased;
            () = api.extensions().registered() => {}
            reason = all.ended() => bail!("{reason} before it had registered"),
            () = sleep(INIT_LIMIT) => bail!(
                "the extensions {:?} of layers did not register within {} seconds, each by its file's name",
                api.extensions().missing(),
                INIT_LIMIT.as_secs()
            ),
        }
        Ok(all)
    }

    /// Waits until one of them ends, and says so; for ever if there are none.
    pub async fn ended(&mut self) -> String {
        loop {
            if let Some((name, status)) = self.look() {
                let status = status.map_or_else(|| "ended".to_owned(), |status| format!("ended with {status}"));
                return format!("the extension {name:?} of a layer {status}");
            }
            sleep(INTERVAL).await;
        }
    }

    /// Whether all of them run.
    pub fn are_alive(&mut self) -> bool {
        self.look().is_none()
    }

    fn look(&mut self) -> Option<(&str, Option<ExitStatus>)> {
        self.0.iter_mut().find_map(|running| match running.process.try_wait() {
            Ok(None) => None,
            Ok(status) => Some((&*running.name, status)),
            Err(_) => Some((&*running.name, None)),
        })
    }

    /// Whether there are any.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Ends them as Lambda does: they are told, if they want to be, and have some time.
    pub async fn end(&mut self, api: &RuntimeApi, reason: &str) {
        if self.is_empty() {
            return;
        }
        api.extensions().send_shutdown(reason, SHUTDOWN_TIME);
        let all = async {
            for running in &mut self.0 {
                running.process.wait().await.ok();
            }
        };
        timeout(SHUTDOWN_TIME, all).await.ok();
        self.signal(Signal::KILL);
        for running in &mut self.0 {
            running.process.kill().await;
        }
    }

    /// Sends a signal to each, and to its children.
    pub fn signal(&self, signal: Signal) {
        for running in &self.0 {
            running.process.signal_group(signal);
        }
    }
}
