//! The slot of `lambda_shim`, under loom, which runs each test in all orders in which its threads may meet, up to a bound.
#![cfg(loom)]

#[path = "../../src/program/failure.rs"]
mod failure;
#[path = "../../src/program/slot.rs"]
mod slot;

mod sync {
    pub(crate) use loom::sync::{Mutex, MutexGuard};
}

#[cfg(test)]
mod tests {
    use std::{
        future::poll_fn,
        mem,
        task::{Context, Poll, Waker},
    };

    use loom::{future::block_on, model, sync::Arc, thread};

    use crate::slot::{Invocation, Slot};

    /// Runs a test in all orders with so many switches of threads that nothing waits for: all of all take hours.
    fn check(test: impl Fn() + Send + Sync + 'static) {
        let mut builder = model::Builder::new();
        builder.preemption_bound = Some(2);
        builder.check(test);
    }

    fn event(text: &'static str) -> Invocation<'static> {
        Invocation {
            event: text.as_bytes(),
            ..Invocation::default()
        }
    }

    /// Answers each of `count` events with itself, then waits for one more, as `main` does.
    fn serve(slot: &Slot, count: usize) {
        block_on(async {
            for _ in 0..count {
                slot.next().await;
                let event = slot.read(|invocation| invocation.event.to_vec());
                slot.respond(Ok(event.expect("its caller waits")));
            }
            let mut next = Box::pin(slot.next());
            poll_fn(|cx| {
                assert!(next.as_mut().poll(cx).is_pending());
                Poll::Ready(())
            })
            .await;
            // A `main` that waits does not drop its wait, which would tell that it waits no more.
            mem::forget(next);
        });
    }

    fn wait(slot: &Slot) {
        block_on(poll_fn(|cx| slot.poll_waiting(cx)));
    }

    fn call(slot: &Slot, text: &'static str) -> Option<Vec<u8>> {
        let invocation = event(text);
        let delivery = slot.deliver(&invocation);
        slot.wake();
        wait(slot);
        delivery.finish().map(|outcome| outcome.expect("it is answered"))
    }

    #[test]
    fn each_event_has_its_own_answer() {
        check(|| {
            let slot = Arc::new(Slot::new());
            let served = slot.clone();
            let main = thread::spawn(move || serve(&served, 1));
            wait(&slot);
            assert_eq!(call(&slot, "one").as_deref(), Some(b"one".as_slice()));
            main.join().unwrap();
        });
    }

    #[test]
    fn a_second_event_has_its_own_answer() {
        check(|| {
            let slot = Arc::new(Slot::new());
            let served = slot.clone();
            let main = thread::spawn(move || serve(&served, 2));
            wait(&slot);
            for text in ["one", "two"] {
                assert_eq!(call(&slot, text).as_deref(), Some(text.as_bytes()));
            }
            main.join().unwrap();
        });
    }

    /// As the loopback engine has it: a thread waits for an event in the client's place, and the one that calls in takes it.
    #[test]
    fn an_event_is_taken_by_who_calls_in() {
        check(|| {
            let slot = Arc::new(Slot::new());
            let announcing = slot.clone();
            let server = thread::spawn(move || {
                assert!(announcing.poll_next(&Context::from_waker(Waker::noop())).is_pending());
            });
            wait(&slot);
            let invocation = event("one");
            let delivery = slot.deliver(&invocation);
            slot.wake();
            let mut cx = Context::from_waker(Waker::noop());
            assert!(slot.poll_waiting(&mut cx).is_pending());
            assert!(slot.poll_next(&cx).is_ready());
            slot.respond(Ok(b"one".to_vec()));
            assert!(slot.poll_next(&cx).is_pending() && slot.poll_waiting(&mut cx).is_ready());
            assert_eq!(delivery.finish(), Some(Ok(b"one".to_vec())));
            server.join().unwrap();
        });
    }

    #[test]
    fn an_event_that_its_caller_took_back_is_not_read() {
        check(|| {
            let slot = Arc::new(Slot::new());
            let served = slot.clone();
            let main = thread::spawn(move || {
                block_on(served.next());
                served.read(|invocation| assert_eq!(invocation.event, b"gone"))
            });
            wait(&slot);
            {
                // As long as the text lives, and no longer.
                let text = b"gone".to_vec();
                let invocation = Invocation {
                    event: &text,
                    ..Invocation::default()
                };
                let delivery = slot.deliver(&invocation);
                slot.wake();
                assert!(delivery.finish().is_none());
            }
            main.join().unwrap();
        });
    }
}
