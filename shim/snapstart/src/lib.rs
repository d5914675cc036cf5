//! [Hooks](https://docs.aws.amazon.com/lambda/latest/dg/snapstart-runtime-hooks.html) that run before Lambda's
//! [SnapStart](https://docs.aws.amazon.com/lambda/latest/dg/snapstart.html) takes a snapshot of a function, and after each restore.
//!
//! What a program made while it was initialised is in every copy that Lambda restores: a connection that is long closed, a random
//! generator that gives each copy the same numbers. A hook lets go of it before the snapshot, or makes it anew after the restore.
//!
//! ```
//! use std::sync::Mutex;
//!
//! static SEED: Mutex<u64> = Mutex::new(0);
//!
//! // In `main`, before the event loop starts:
//! lambda_snapstart::after_restore(|| {
//!     *SEED.lock().map_err(|error| error.to_string())? = 42;
//!     Ok::<(), String>(())
//! });
//! lambda_snapstart::before_snapshot(|| println!("a snapshot is taken"));
//! ```
//!
//! Hooks before the snapshot run in the reverse order of their registration, those after a restore in its order, as Python's and
//! `lambda_runtime`'s do. They run on the thread that Lambda's client for Python runs on, which is that of a program's `main`
//! where the program is driven inline, and within no tokio runtime. A hook that fails or panics ends the initialisation, or the restore, which
//! is reported to Lambda.
//!
//! Where no snapshot is taken (without SnapStart, and on the OS-only runtimes), no hook runs. A program that builds a
//! `lambda_runtime::Runtime` itself can register `SnapStartResource`s on it instead: these are served, too.

#![forbid(unsafe_code)]
#![warn(clippy::missing_errors_doc)]

use std::{
    any::type_name,
    fmt::Display,
    mem,
    sync::{Mutex, PoisonError},
};

/// What a hook may return: nothing, or a result.
pub trait HookResult {
    /// Nothing, or the error's type and text.
    ///
    /// # Errors
    ///
    /// Where the hook returned one.
    #[doc(hidden)]
    fn into_result(self) -> Result<(), HookError>;
}

impl HookResult for () {
    fn into_result(self) -> Result<(), HookError> {
        Ok(())
    }
}

impl<E: Display> HookResult for Result<(), E> {
    fn into_result(self) -> Result<(), HookError> {
        self.map_err(|error| HookError {
            error_type: type_name::<E>(),
            message: error.to_string(),
        })
    }
}

/// An error of a hook, as it is reported to Lambda.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookError {
    /// The name of the error's type.
    pub error_type: &'static str,
    /// Its text.
    pub message: String,
}

type Hook = Box<dyn FnOnce() -> Result<(), HookError> + Send>;

static BEFORE_SNAPSHOT: Mutex<Vec<Hook>> = Mutex::new(Vec::new());
static AFTER_RESTORE: Mutex<Vec<Hook>> = Mutex::new(Vec::new());

/// Has `hook` run before a snapshot is taken; what was registered last runs first.
///
/// ```
/// use std::{net::TcpStream, sync::Mutex};
///
/// static CONNECTION: Mutex<Option<TcpStream>> = Mutex::new(None);
///
/// lambda_snapstart::before_snapshot(|| drop(CONNECTION.lock().unwrap().take()));
/// ```
pub fn before_snapshot<R: HookResult>(hook: impl FnOnce() -> R + Send + 'static) {
    register(&BEFORE_SNAPSHOT, hook);
}

/// Has `hook` run after the process was restored from a snapshot; what was registered first runs first.
///
/// ```
/// use std::{env, fs, io, sync::Mutex};
///
/// static SETTINGS: Mutex<String> = Mutex::new(String::new());
///
/// // A failure ends the restore.
/// lambda_snapstart::after_restore(|| -> io::Result<()> {
///     *SETTINGS.lock().unwrap() = fs::read_to_string(env::temp_dir().join("settings.json"))?;
///     Ok(())
/// });
/// ```
pub fn after_restore<R: HookResult>(hook: impl FnOnce() -> R + Send + 'static) {
    register(&AFTER_RESTORE, hook);
}

fn register<R: HookResult>(hooks: &Mutex<Vec<Hook>>, hook: impl FnOnce() -> R + Send + 'static) {
    let hook = Box::new(|| hook().into_result());
    hooks.lock().unwrap_or_else(PoisonError::into_inner).push(hook);
}

/// The hooks of one kind; one that registers another while it runs has that one run, too.
fn run(hooks: &Mutex<Vec<Hook>>, order: impl Fn(&mut Vec<Hook>)) -> Result<(), HookError> {
    loop {
        let mut taken = mem::take(&mut *hooks.lock().unwrap_or_else(PoisonError::into_inner));
        if taken.is_empty() {
            return Ok(());
        }
        order(&mut taken);
        taken.into_iter().try_for_each(|hook| hook())?;
    }
}

/// Runs the hooks before a snapshot. For the shim.
///
/// # Errors
///
/// That of the first hook that fails; those after it are not run.
#[doc(hidden)]
pub fn run_before_snapshot() -> Result<(), HookError> {
    run(&BEFORE_SNAPSHOT, |hooks| hooks.reverse())
}

/// Runs the hooks after a restore. For the shim.
///
/// # Errors
///
/// That of the first hook that fails; those after it are not run.
#[doc(hidden)]
pub fn run_after_restore() -> Result<(), HookError> {
    run(&AFTER_RESTORE, |_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hooks_run_once_in_their_order_until_one_fails() {
        static RUN: Mutex<Vec<&str>> = Mutex::new(Vec::new());
        let log = |name| RUN.lock().unwrap_or_else(PoisonError::into_inner).push(name);
        before_snapshot(move || log("before 1"));
        before_snapshot(move || log("before 2"));
        after_restore(move || log("after 1"));
        after_restore(move || {
            log("after 2");
            after_restore(move || log("after 3"));
        });
        assert_eq!(run_before_snapshot(), Ok(()));
        assert_eq!(run_before_snapshot(), Ok(()));
        assert_eq!(run_after_restore(), Ok(()));
        assert_eq!(
            *RUN.lock().unwrap(),
            ["before 2", "before 1", "after 1", "after 2", "after 3"]
        );

        after_restore(|| Err("no database".to_owned()));
        after_restore(move || log("not run"));
        let error = HookError {
            error_type: "alloc::string::String",
            message: "no database".to_owned(),
        };
        assert_eq!(run_after_restore(), Err(error));
        assert!(!RUN.lock().unwrap().contains(&"not run"));
    }
}
