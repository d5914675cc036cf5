//! [mimalloc](https://github.com/microsoft/mimalloc) as the allocator of a shared library: that of all its Rust code, and of nothing else in
//! the process. Linked in by `rust_lambda_zip(allocator = "mimalloc")`.

#![forbid(unsafe_code)]

use mimalloc::MiMalloc;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;
