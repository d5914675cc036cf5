//! An extension, by which signals are delivered.

/// Waits for signals as an extension.
pub async fn start() -> Result<(), lambda_extension::Error> {
    lambda_extension::Extension::new().with_events(&[]).run().await
}
