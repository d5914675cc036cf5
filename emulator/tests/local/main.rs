//! `emulator local`, as a user starts it, on zips whose `bootstrap` is a script.

mod command_line;
#[path = "../common/mod.rs"]
mod common;
mod function_url;
mod harness;
mod invoke_api;
mod page;
mod processes;
mod reload;
mod routes;
mod updates;
mod watch;
