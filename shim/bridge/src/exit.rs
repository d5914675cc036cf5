//! How a program's `main` ended, from whatever it returns.

use std::{
    fmt::Debug,
    io::{stderr, Write as _},
    process::{ExitCode, Termination},
};

use lambda_shim::Exit;

/// What `main` returned.
///
/// The generated bridge calls `Ended::new(value).into_exit()`. Method resolution takes the implementation by value, which can
/// show the error, where `main` returns a `Result<(), E>`, and the one by reference for all else that `main` may return.
///
/// ```
/// use std::process::ExitCode;
///
/// use lambda_bridge::{Ended, IntoExit};
///
/// // Writes `Error: "no table"` to the log, as the standard library does.
/// let exit = Ended::new(Err::<(), _>("no table")).into_exit();
/// assert_eq!((exit.status, exit.message.as_str()), (1, "main returned an error: \"no table\""));
/// assert_eq!(Ended::new(ExitCode::from(3)).into_exit().status, 3);
/// ```
pub struct Ended<T>(Option<T>);

impl<T> Ended<T> {
    /// What `main` returned.
    pub fn new(returned: T) -> Self {
        Self(Some(returned))
    }
}

/// Says how `main` ended, and writes what the standard library writes then.
pub trait IntoExit {
    /// How `main` ended.
    fn into_exit(self) -> Exit;
}

impl<E: Debug> IntoExit for Ended<Result<(), E>> {
    fn into_exit(self) -> Exit {
        match self.0 {
            None | Some(Ok(())) => exit(ExitCode::SUCCESS),
            Some(Err(error)) => {
                // As the standard library does; where the log is gone, there is nobody to tell.
                let _ = writeln!(stderr(), "Error: {error:?}");
                Exit::new(status(ExitCode::FAILURE), format!("main returned an error: {error:?}"))
            }
        }
    }
}

impl<T: Termination> IntoExit for &mut Ended<T> {
    fn into_exit(self) -> Exit {
        exit(self.0.take().map_or(ExitCode::SUCCESS, Termination::report))
    }
}

fn exit(code: ExitCode) -> Exit {
    match status(code) {
        0 => Exit::new(0, "main returned: nothing waits for events any more"),
        status => Exit::new(status, format!("main returned the exit code {status}")),
    }
}

/// The number of an exit code, which tells it to nobody but who compares.
fn status(code: ExitCode) -> u8 {
    (0..=u8::MAX)
        .find(|number| ExitCode::from(*number) == code)
        .unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_shows_its_error() {
        assert_eq!(
            Ended::new(Err::<(), _>("no table")).into_exit(),
            Exit::new(1, "main returned an error: \"no table\"")
        );
        assert_eq!(Ended::new(Ok::<(), String>(())).into_exit().status, 0);
    }

    #[test]
    fn anything_else_ends_with_its_exit_code() {
        assert_eq!(Ended::new(ExitCode::from(3)).into_exit().status, 3);
        assert_eq!(Ended::new(Ok::<_, String>(ExitCode::from(255))).into_exit().status, 255);
        assert_eq!(Ended::new(Err::<ExitCode, _>("no table")).into_exit().status, 1);
        assert_eq!(Ended::new(()).into_exit(), Ended::new(ExitCode::SUCCESS).into_exit());
    }
}
