//! What the library asks of the process that it was loaded into, and does in it beside running programs.

pub(crate) mod allocator;
pub(crate) mod errno;
pub(crate) mod fork;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub(crate) mod pages;
pub mod poll;
pub mod schedule;
pub mod socket;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub mod stack_overflow;
pub(crate) mod symbol;

#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub(crate) use stack_overflow::watch_main;

/// Where there is no handler of its own for a stack overflow, the system's has the say.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(crate) fn watch_main() {}
