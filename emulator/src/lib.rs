//! A server of Lambda's Runtime API, and what runs a zip under the real runtime client, or by itself, against it.
//!
//! | module | what it holds |
//! |---|---|
//! | [`runtime_api`] | the server: invocations, their outcomes, extensions |
//! | `environment` | the life of a function's processes with their server |
//! | [`compare`] | what judges a test |
//! | [`test`], [`local`], [`serve`] | the commands |
#![forbid(unsafe_code)]
#![warn(clippy::missing_errors_doc)]

mod base64;
pub mod compare;
mod environment;
mod http_response;
mod json_file;
pub mod local;
mod managed;
pub mod runtime_api;
pub mod serve;
// The bridge's, which is compiled against each program's own crates.
#[path = "../../shim/bridge/src/streamed.rs"]
mod streamed;
pub mod test;
