//! The connection on which the client asks for events, served by the thread that calls in: neither the event nor its answer crosses a thread
//! but the client's own.

use std::{io, sync::Arc, time::Instant};

use lambda_shim::{Attendant, Bell};

use super::{
    api::{Api, Call},
    connection::{Connection, Ear, Request},
    turns::Turn,
};

/// What the thread that calls in does while `main` runs.
pub(super) struct Host {
    api: Arc<Api>,
    bell: Arc<Bell>,
    /// A connection whose client waits for an event.
    asking: Option<Connection>,
}

impl Host {
    pub(super) fn new(api: Arc<Api>, bell: Arc<Bell>) -> Self {
        Self {
            api,
            bell,
            asking: None,
        }
    }

    /// Serves a connection until its client waits for the next event, or something else asks for this thread.
    fn serve(&mut self, mut connection: Connection) -> io::Result<()> {
        if !self.api.has_event() {
            self.asking = Some(connection);
            return Ok(());
        }
        self.api.turns.answered();
        self.api.send_event(&mut connection)?;
        loop {
            let request = match connection.request() {
                Ok(Some(request)) => request,
                Ok(None) => return Ok(()),
                // `main` has ended, or the event loop waits on another connection.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.give_up(connection, None);
                    return Ok(());
                }
                Err(error) => return Err(error),
            };
            match self.api.call(&request) {
                Call::Report(report) => self.api.take(&mut connection, &request, report)?,
                Call::Event if !request.is_last => {
                    self.api.turns.ask();
                    match self.api.turns.try_turn() {
                        Some(Turn::Take) => {
                            self.api.turns.answered();
                            self.api.send_event(&mut connection)?;
                        }
                        Some(Turn::Wait) => return self.serve(connection),
                        None => {
                            // Whoever serves it asks anew.
                            self.api.turns.answered();
                            self.give_up(connection, Some(request));
                            return Ok(());
                        }
                    }
                }
                Call::Event | Call::Restore | Call::Foreign => {
                    self.give_up(connection, Some(request));
                    return Ok(());
                }
            }
            if request.is_last {
                return Ok(());
            }
        }
    }

    /// Leaves a connection to a thread of its own.
    fn give_up(&self, mut connection: Connection, request: Option<Request>) {
        connection.listen(None);
        self.api.spawn(Ok(connection), request);
    }
}

impl Attendant for Host {
    fn attend(&mut self, active_until: Option<Instant>) {
        let served = match self.asking.take() {
            Some(connection) => self.serve(connection),
            None => match self.api.take_offered() {
                Some(mut connection) => {
                    connection.listen(Some(Ear {
                        bell: Arc::clone(&self.bell),
                        turns: Arc::clone(&self.api.turns),
                    }));
                    self.serve(connection)
                }
                None => {
                    self.bell.wait(active_until);
                    return;
                }
            },
        };
        self.api.note(served);
    }
}
