//! The environment variable by which a program's client finds the Runtime API.

use std::{
    env,
    ffi::OsString,
    net::SocketAddr,
    sync::{Mutex, PoisonError},
};

const VARIABLE: &str = "AWS_LAMBDA_RUNTIME_API";

/// The Runtime API's address in the environment, led to another for as long as the program's client has not read it.
pub(super) struct Endpoint {
    /// What the variable held.
    original: Option<OsString>,
    redirected: Mutex<bool>,
}

impl Endpoint {
    /// Leads clients that are made from now on to `address`.
    ///
    /// The thread that calls in is the only one of the host's that runs now: it is in the midst of the initialisation. Rust code
    /// on other threads reads the environment under the standard library's lock.
    pub(super) fn redirect(address: SocketAddr) -> Self {
        let original = env::var_os(VARIABLE);
        env::set_var(VARIABLE, address.to_string());
        Self {
            original,
            redirected: Mutex::new(true),
        }
    }

    /// Puts the variable back: the client has found its way.
    pub(super) fn restore(&self) {
        let mut redirected = self.redirected.lock().unwrap_or_else(PoisonError::into_inner);
        if std::mem::take(&mut *redirected) {
            match &self.original {
                Some(original) => env::set_var(VARIABLE, original),
                None => env::remove_var(VARIABLE),
            }
        }
    }

    /// The address that the variable held: Lambda's own.
    pub(super) fn original(&self) -> Option<&str> {
        self.original.as_ref()?.to_str()
    }
}
