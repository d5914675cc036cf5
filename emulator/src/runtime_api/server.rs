//! The server, as who sends events by it has it.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use tokio::{
    net::TcpListener,
    sync::{Notify, oneshot, watch},
    task::JoinHandle,
    time::timeout,
};

use super::{
    extensions::Extensions,
    invocation::Invocation,
    outcome::Outcome,
    routes,
    state::{Queued, Shared, Waiting},
    trace::new_trace_id,
};

/// What came of an event.
pub(crate) struct Answer {
    pub outcome: Outcome,
    /// How much of the event's time is left for what the environment does after the answer.
    pub left: Duration,
}

/// A running server. It stops when this is dropped.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> anyhow::Result<()> {
/// use std::time::Duration;
///
/// use emulator::runtime_api::{Invocation, Outcome, RuntimeApi};
///
/// let api = RuntimeApi::start("index.handler").await?;
/// println!("AWS_LAMBDA_RUNTIME_API={}", api.address());
/// let event = Invocation::new(b"{}".to_vec(), Duration::from_millis(10));
/// // No client asks for it.
/// assert!(matches!(api.invoke(event).await, Outcome::TimedOut(_)));
/// # Ok(())
/// # }
/// ```
pub struct RuntimeApi {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    server: JoinHandle<()>,
}

impl RuntimeApi {
    /// Starts a server on a free port of the loopback interface. Extensions are told the handler.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub async fn start(handler: &str) -> Result<Self> {
        Self::start_on(0, handler).await
    }

    /// Starts a server on a port of the loopback interface; 0 is any free one.
    ///
    /// # Errors
    ///
    /// If the port cannot be listened on.
    pub async fn start_on(port: u16, handler: &str) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.with_context(|| {
            format!("cannot listen on 127.0.0.1:{port}: give a port that no other process has, or 0 for any")
        })?;
        let address = listener
            .local_addr()
            .context("cannot read the address of the server's socket")?;
        let shared = Arc::new(Shared {
            inner: Mutex::default(),
            queued: Notify::new(),
            client_seen: watch::Sender::new(false),
            asking: watch::Sender::new(0),
            extensions: Arc::new(Extensions::new(handler)),
        });
        let (stop, stopped) = oneshot::channel();
        let router = routes::router(shared.clone());
        let server = tokio::spawn(async move {
            let stopped = async {
                stopped.await.ok();
            };
            if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(stopped).await {
                eprintln!("the Runtime API server stopped: {error}");
            }
        });
        Ok(Self {
            address,
            shared,
            stop: Some(stop),
            server,
        })
    }

    /// Where the server listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits until a client has asked for an event, or has reported that it cannot start.
    pub async fn client_connected(&self) {
        self.shared.client_seen.subscribe().wait_for(|seen| *seen).await.ok();
    }

    /// Waits until the initialisation is over: the client and each extension have asked for an event, or the client has
    /// reported that it cannot start.
    pub(crate) async fn initialized(&self) {
        self.client_connected().await;
        if self.shared.lock().init_error.is_none() {
            self.shared.extensions.idle().await;
        }
    }

    /// Waits, after an answer, until the environment is through with the event: until the client and each extension ask
    /// for another one. Otherwise says who did not.
    pub(crate) async fn finished(&self, limit: Duration) -> Result<(), String> {
        let all = async {
            self.shared.asking.subscribe().wait_for(|count| *count > 0).await.ok();
            self.shared.extensions.idle().await;
        };
        if timeout(limit, all).await.is_ok() {
            return Ok(());
        }
        let client = (*self.shared.asking.borrow() == 0).then(|| "the runtime client".to_owned());
        let busy: Vec<_> = client.into_iter().chain(self.shared.extensions.busy()).collect();
        Err(format!(
            "it answered, but {} did not ask for another event",
            busy.join(" and ")
        ))
    }

    /// Whether an extension is registered, which Lambda gives time to shut down.
    pub(crate) fn has_extensions(&self) -> bool {
        !self.shared.extensions.is_empty()
    }

    /// The interface of extensions.
    pub(crate) fn extensions(&self) -> &Extensions {
        &self.shared.extensions
    }

    /// Takes an event back that nobody has fetched yet.
    pub(crate) fn take_back(&self) -> Option<Invocation> {
        let mut inner = self.shared.lock();
        let queued = inner.queue.pop_front()?;
        inner.waiting.remove(&queued.invocation.request_id);
        Some(queued.invocation)
    }

    /// Whether a client has asked for an event, or has reported that it cannot start.
    pub(crate) fn has_client(&self) -> bool {
        *self.shared.client_seen.borrow()
    }

    /// Sends an event to the client, and waits for its answer, and for extensions to be through with the event.
    pub async fn invoke(&self, invocation: Invocation) -> Outcome {
        let Answer { outcome, left } = self.answer(invocation).await;
        if outcome.is_answer() {
            // The answer counts even if an extension never asks for another event.
            timeout(left, self.shared.extensions.idle()).await.ok();
        }
        outcome
    }

    /// Sends an event to the client, and waits for its answer.
    pub(crate) async fn answer(&self, invocation: Invocation) -> Answer {
        let id = invocation.request_id.clone();
        let trace = invocation.trace_id.clone().unwrap_or_else(new_trace_id);
        let deadline = invocation.deadline;
        let headers = match invocation.headers(&trace) {
            Ok(headers) => headers,
            Err(error) => {
                let outcome = Outcome::error("Emulator.InvalidHeader", &format!("{error:#}"));
                return Answer {
                    outcome,
                    left: deadline,
                };
            }
        };
        let (delivered, was_delivered) = oneshot::channel();
        let (answer, mut answered) = oneshot::channel();
        {
            let mut inner = self.shared.lock();
            if let Some(body) = inner.init_error.clone() {
                let outcome = Outcome::InitError { body };
                return Answer {
                    outcome,
                    left: deadline,
                };
            }
            let stream = invocation.stream.clone();
            inner.waiting.insert(id.clone(), Waiting { answer, stream });
            inner.queue.push_back(Queued {
                trace,
                invocation,
                headers,
                delivered,
            });
        }
        self.shared.queued.notify_one();
        // An init error drops the queue, and with it the sender, so that this ends at once.
        let mut left = Duration::ZERO;
        let mut reason = "there was no answer".to_owned();
        let outcome = match timeout(deadline, was_delivered).await {
            Ok(_) => {
                let delivered = Instant::now();
                let outcome = timeout(deadline, &mut answered).await.ok().and_then(Result::ok);
                left = deadline.saturating_sub(delivered.elapsed());
                outcome
            }
            Err(_) => {
                reason = self.undelivered();
                None
            }
        };
        let mut inner = self.shared.lock();
        inner.waiting.remove(&id);
        inner.queue.retain(|queued| queued.invocation.request_id != id);
        let outcome = outcome
            .or_else(|| answered.try_recv().ok())
            .unwrap_or(Outcome::TimedOut(reason));
        Answer { outcome, left }
    }

    /// Why nobody has fetched an event.
    fn undelivered(&self) -> String {
        let is_asked_for = *self.shared.asking.borrow() > 0;
        match self.shared.extensions.busy().filter(|_| is_asked_for) {
            Some(busy) => {
                format!("the initialisation did not end: {busy} registered, but did not ask for an event")
            }
            None => "the runtime client did not ask for the event".to_owned(),
        }
    }

    /// Stops the server once the replies under way have been sent.
    pub async fn shutdown(mut self) {
        if let Some(stop) = self.stop.take() {
            stop.send(()).ok();
        }
        // A client that waits for another event would keep the server up for ever.
        timeout(Duration::from_millis(200), &mut self.server).await.ok();
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}
