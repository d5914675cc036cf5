//! How a program's `main` is driven.

#![forbid(unsafe_code)]

use super::{exit::Exit, slot::Slot};

/// What `main` came to when it was driven.
#[derive(Debug)]
pub enum Step {
    /// `main` waits for the next event.
    Waiting,
    /// `main` ended, and what it held was dropped: a process of its own would end now.
    Ended(Exit),
}

/// Drives one program's `main`. An engine stays on the thread that made it.
///
/// ```
/// use std::{
///     pin::Pin,
///     task::{Context, Poll, Waker},
/// };
///
/// use lambda_shim::{Engine, Exit, Function, Invocation, Slot, Step};
///
/// /// Polls a `main` that waits for nothing but events.
/// struct Polled(Pin<Box<dyn Future<Output = Exit>>>);
///
/// impl Engine for Polled {
///     fn drive(&mut self, slot: &Slot) -> Step {
///         let mut cx = Context::from_waker(Waker::noop());
///         match self.0.as_mut().poll(&mut cx) {
///             Poll::Ready(exit) => Step::Ended(exit),
///             Poll::Pending if slot.poll_waiting(&mut cx).is_ready() => Step::Waiting,
///             Poll::Pending => Step::Ended(Exit::new(1, "nothing would wake main again")),
///         }
///     }
/// }
///
/// async fn echo(slot: &Slot) -> Exit {
///     loop {
///         slot.next().await;
///         let event = slot.read(|invocation| invocation.event.to_vec());
///         slot.respond(Ok(event.unwrap_or_default()));
///     }
/// }
///
/// static FUNCTION: Function = Function::new(|| Ok(Box::new(Polled(Box::pin(echo(FUNCTION.slot()))))));
///
/// let invocation = Invocation { event: b"[1]", ..Invocation::default() };
/// assert_eq!(FUNCTION.invoke(&invocation), Ok(b"[1]".to_vec()));
/// ```
pub trait Engine {
    /// Drives `main` until it waits for the next event in `slot`, or ends. Never unwinds.
    fn drive(&mut self, slot: &Slot) -> Step;
}
