//! Reads and changes ELF files: makes shared libraries small, and finds what keeps them from being loaded on Lambda.
//!
//! The format is that of the [System V ABI](https://www.sco.com/developers/gabi/latest/contents.html), with glibc's
//! [symbol versions](https://refspecs.linuxfoundation.org/LSB_5.0.0/LSB-Core-generic/LSB-Core-generic/symversion.html).

#![forbid(unsafe_code)]

mod allocator;
mod build_paths;
mod check;
mod command;
mod compiler;
mod family;
mod glibc;
mod linkage;
mod linked;
mod linker;
mod machine;
mod origin;
mod report;
mod runtime;
mod strip;
mod surroundings;
mod symbolizer;

pub use allocator::{any_has_global_allocator, mentions_global_allocator};
pub use build_paths::{BuildPaths, build_paths};
pub use check::{Breach, Limits, check_elf, glibc_floor};
pub use command::{CheckArgs, Command, CutArgs, ExplainArgs, ProgramAllocatorArgs, StripArgs};
pub use compiler::rust_versions;
pub use family::known_advice;
pub use glibc::GlibcVersion;
pub use linkage::{ElfKind, Import, Linkage, SymbolVersion};
pub use linked::linked_origins;
pub use linker::explain_linker;
pub use machine::{Machine, is_elf};
pub use origin::{Origin, likely_origins};
pub use report::{BinaryKind, described, report, shortened, way_out_of};
pub use runtime::INTERPRETERS;
pub use strip::strip;
pub use surroundings::{LAYERS_ROOT, RefusedLibrary, Surroundings, TASK_ROOT};
pub use symbolizer::cut_symbolizer;
