//! Starts a task of its own.

/// Waits in the background.
pub fn start() {
    tokio::spawn(std::future::pending::<()>());
}
