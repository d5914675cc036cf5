//! A crate that sets its programs' allocator.

#[global_allocator]
static OWN: std::alloc::System = std::alloc::System;
