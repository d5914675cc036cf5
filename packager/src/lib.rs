//! Packs Lambda zips and layers of images, the same bytes each time; makes shared libraries small, and checks them, before they are packed.

mod archive;
mod beside;
mod check;
mod command;
mod family;
mod glibc;
mod image;
mod layer;
mod linker;
mod origin;
mod report;
mod sbom;
mod strip;
mod symbolizer;
mod unpacked;

pub use archive::{Effort, Entry, files, write_zip};
pub use beside::{Judged, LAYERS_ROOT, Surroundings, TASK_ROOT};
pub use check::{Breach, Limits, check_elf};
pub use command::{CheckArgs, CheckImageArgs, Command, CutArgs, ExplainArgs, ImageLayerArgs, StripArgs, ZipArgs};
pub use glibc::GlibcVersion;
pub use image::{check_image, write_layer};
pub use layer::LambdaLayerArgs;
pub use linker::explain_linker;
pub use origin::{Origin, likely_origins};
pub use report::{Kind, report};
pub use sbom::SbomArgs;
pub use strip::strip;
pub use symbolizer::cut_symbolizer;
pub use unpacked::{check_unpacked, unpacked_size};
