//! What a program does: how its `main` runs, where it starts the event loop, and who calls whom on the way there.

pub(crate) mod call_graph;
pub(crate) mod declared;
pub(crate) mod entry;
pub(crate) mod event_loop;
pub(crate) mod functions;
pub(crate) mod globals;
pub(crate) mod macro_attributes;
pub(crate) mod obstacle;
pub(crate) mod parity;
pub(crate) mod references;
pub(crate) mod tokio_main;
