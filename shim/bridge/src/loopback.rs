//! The loopback engine: the program's unmodified `lambda_runtime` talks HTTP to a Runtime API that the library serves.
//!
//! It is for programs whose event loop no call in their own source stands for. They pay for another thread and for HTTP on
//! loopback; nothing of the program is replaced.

mod api;
mod connection;
mod endpoint;
mod host;
mod peer;
#[cfg(test)]
mod tests;
mod turns;
mod wait;

use std::{
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::Arc,
    thread,
    time::Duration,
};

use lambda_shim::{attended_thread, run_after_wakers, Bell, Engine, Exit, Failure, Function, Slot, Step};

use self::{api::Api, connection::Connection, endpoint::Endpoint, host::Host};

/// Starts a `main`, which returns how it ended, with a Runtime API of its own that leads to `function`.
///
/// ```
/// use lambda_bridge::{loopback, Ended, IntoExit};
/// use lambda_runtime::{service_fn, Error, LambdaEvent};
/// use lambda_shim::{Function, Invocation};
/// use serde_json::Value;
/// use tokio::runtime::Builder;
///
/// async fn echo(event: LambdaEvent<Value>) -> Result<Value, Error> {
///     Ok(event.payload)
/// }
///
/// static FUNCTION: Function = Function::new(|| {
///     loopback(&FUNCTION, || {
///         let runtime = Builder::new_current_thread().enable_all().build().unwrap();
///         Ended::new(runtime.block_on(lambda_runtime::run(service_fn(echo)))).into_exit()
///     })
/// });
///
/// # for (name, value) in [("NAME", "echo"), ("MEMORY_SIZE", "128"), ("VERSION", "1")] {
/// #     std::env::set_var(format!("AWS_LAMBDA_FUNCTION_{name}"), value);
/// # }
/// let outcome = FUNCTION.invoke(&Invocation { event: b"[1]", request_id: "id-1", ..Invocation::default() });
/// assert_eq!(outcome, Ok(b"[1]".to_vec()));
/// ```
///
/// # Errors
///
/// When the system gives no port or no thread.
pub fn loopback(
    function: &'static Function,
    main: impl FnOnce() -> Exit + Send + 'static,
) -> Result<Box<dyn Engine>, Failure> {
    let failed = |error| Failure::exit(format!("no Runtime API on loopback: {error}"));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let bell = Arc::new(Bell::with_line().map_err(failed)?);
    let api = Arc::new(Api::new(function.slot(), Endpoint::redirect(address)));
    let server = Server {
        address,
        api: Arc::clone(&api),
    };
    let host = Host::new(Arc::clone(&api), Arc::clone(&bell));
    let main = || {
        run_after_wakers();
        main()
    };
    thread::Builder::new()
        .name("lambda-loopback".to_owned())
        .spawn(move || accept(&listener, &api))
        .map_err(failed)?;
    Ok(Box::new(Loopback {
        main: attended_thread(function, bell, host, main)?,
        _server: server,
    }))
}

/// How long to wait behind a connection that could not be accepted, as the process has no descriptor left; longer each time.
const FIRST_PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_millis(250);

/// Takes connections until the server shuts down.
fn accept(listener: &TcpListener, api: &Arc<Api>) {
    let mut pause = FIRST_PAUSE;
    for stream in listener.incoming() {
        if api.shutdown.has_begun() {
            return;
        }
        let stream = match stream {
            Ok(stream) => stream,
            // The client gave it up before it was accepted.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => continue,
            Err(_) => {
                thread::sleep(pause);
                pause = LONGEST_PAUSE.min(pause * 2);
                continue;
            }
        };
        pause = FIRST_PAUSE;
        if peer::is_own_process(&stream) {
            api.spawn(Connection::new(stream, Arc::clone(&api.open)), None);
        }
    }
}

struct Loopback {
    main: Box<dyn Engine>,
    _server: Server,
}

impl Engine for Loopback {
    fn drive(&mut self, slot: &Slot) -> Step {
        self.main.drive(slot)
    }
}

/// Ends the threads of a Runtime API with the `main` that it served, and what was changed for it.
struct Server {
    address: SocketAddr,
    api: Arc<Api>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.api.endpoint.restore();
        self.api.shutdown.begin();
        // The accepting thread looks at the flag when a connection comes.
        let _ = TcpStream::connect(self.address);
    }
}
