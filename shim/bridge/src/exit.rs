//! How a program's `main` ended, from whatever it returns.

use std::{
    fmt::Debug,
    process::{ExitCode, Termination},
};

use lambda_shim::Failure;

/// What `main` returned.
///
/// The generated bridge calls `Ended::new(value).into_failure()`. Method resolution takes the implementation by value, which can
/// show the error, where `main` returns a `Result<(), E>`, and the one by reference for all else that `main` may return.
pub struct Ended<T>(Option<T>);

impl<T> Ended<T> {
    /// What `main` returned.
    pub fn new(returned: T) -> Self {
        Self(Some(returned))
    }
}

/// Describes how `main` ended.
pub trait IntoFailure {
    /// The failure to report.
    fn into_failure(self) -> Failure;
}

impl<E: Debug> IntoFailure for Ended<Result<(), E>> {
    fn into_failure(self) -> Failure {
        match self.0 {
            None | Some(Ok(())) => returned(),
            Some(Err(error)) => {
                // What the standard library prints when a program's main returns an error.
                eprintln!("Error: {error:?}");
                Failure::exit(format!("main returned an error: {error:?}"))
            }
        }
    }
}

impl<T: Termination> IntoFailure for &mut Ended<T> {
    fn into_failure(self) -> Failure {
        match self.0.take().map(Termination::report) {
            Some(code) if code != ExitCode::SUCCESS => Failure::exit(format!("main returned {code:?}")),
            _ => returned(),
        }
    }
}

fn returned() -> Failure {
    Failure::exit("main returned: nothing waits for events any more")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_shows_its_error() {
        let failure = Ended::new(Err::<(), _>("no table")).into_failure();
        assert_eq!(failure.error_type, "Runtime.ExitError");
        assert_eq!(failure.message, "main returned an error: \"no table\"");
    }

    #[test]
    fn anything_else_shows_its_exit_code() {
        assert!(Ended::new(ExitCode::from(3)).into_failure().message.contains('3'));
        assert_eq!(
            Ended::new(()).into_failure(),
            Ended::new(ExitCode::SUCCESS).into_failure()
        );
    }
}
