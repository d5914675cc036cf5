//! Packs Lambda zips, layers and layers of images, the same bytes each time; refuses what Lambda would not take of them.

#![forbid(unsafe_code)]

mod archive;
mod command;
mod image;
mod lambda_layer;
mod sbom;
mod unpacked;

pub use archive::{Effort, write_zip};
pub use command::{CheckImageArgs, Command, ImageLayerArgs, ZipArgs};
pub use image::{check_image, write_image_layer};
pub use lambda_layer::LambdaLayerArgs;
pub use packing_list::Entry;
pub use sbom::SbomArgs;
pub use unpacked::{UNPACKED_MAX, check_unpacked, unpacked_size};
