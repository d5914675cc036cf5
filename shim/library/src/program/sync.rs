//! The locks of the slot. `shim/library/loom` compiles it with loom's, which tries the orders in which threads may meet.

pub(crate) use std::sync::{Mutex, MutexGuard};
