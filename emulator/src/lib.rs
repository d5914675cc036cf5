//! A Lambda Runtime API server, and what runs a zip under the real Python runtime client, or by itself, against it.

mod base64;
mod case;
mod context;
mod diff;
mod exit;
mod expectation;
mod extensions;
mod http;
mod http_response;
mod ids;
mod invocation;
mod layer_extensions;
pub mod local;
mod log;
mod managed;
mod node;
mod opt;
mod outcome;
mod process;
mod program;
mod python;
mod runner;
mod runtime_api;
mod same;
mod sandbox;
mod side;
// The bridge's, which is compiled against each program's own crates.
#[path = "../../shim/bridge/src/streamed.rs"]
mod streamed;

pub use case::{Case, read_event};
pub use context::CallContext;
pub use expectation::Expectation;
pub use invocation::Invocation;
pub use managed::Managed;
pub use node::NodeClient;
pub use outcome::Outcome;
pub use process::FunctionProcess;
pub use program::Program;
pub use python::Interpreter;
pub use runner::{Log, Runner, Verdict};
pub use runtime_api::{MAX_BODY_BYTES, RuntimeApi};
pub use sandbox::Sandbox;
