//! The packager's subcommands of the build tool's command line.

use std::{
    fs::{self, File},
    io::BufWriter,
    path::PathBuf,
};

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use packing_list::{Entry, files, read_list};

use crate::{
    Effort, LambdaLayerArgs, SbomArgs, check_image, check_unpacked, unpacked_size, write_image_layer, write_zip,
};

/// A subcommand, with its arguments.
#[derive(Subcommand)]
pub enum Command {
    /// Packs files into a zip whose bytes depend on them alone.
    Zip(ZipArgs),
    /// Packs files into a layer of an image whose bytes depend on them alone.
    ImageLayer(ImageLayerArgs),
    /// Checks that Lambda takes an image.
    CheckImage(CheckImageArgs),
    /// Packs files into the zip of a Lambda layer, whose bytes depend on them alone.
    LambdaLayer(LambdaLayerArgs),
    /// Describes what a zip is made of, as a CycloneDX document.
    Sbom(SbomArgs),
}

/// What to pack, and how.
#[derive(Args)]
pub struct ZipArgs {
    /// The zip to write.
    #[arg(long)]
    output: PathBuf,
    /// A file or folder, and its path in the zip.
    #[arg(long = "file", value_name = "NAME=PATH", value_parser = parse_entry)]
    files: Vec<Entry>,
    /// A list of further ones, three lines for each: its path in the zip, where it is, and whose it is.
    #[arg(long, value_name = "PATH")]
    list: Option<PathBuf>,
    /// Compresses quickly, and less.
    #[arg(long)]
    fast: bool,
    /// The most bytes that the zip may have, and who says so: `1000000=Lambda@Edge, for viewer events`.
    #[arg(long, value_name = "BYTES=WHO", value_parser = parse_limit)]
    limit: Option<(u64, String)>,
    /// A layer that is unpacked with it: the name of its target, and its zip.
    #[arg(long = "layer", num_args = 2, value_names = ["LABEL", "PATH"])]
    layers: Vec<String>,
    /// The name of the target that the zip is built by, for messages about limits.
    #[arg(long, default_value = "it")]
    label: String,
}

/// What to pack, and how.
#[derive(Args)]
pub struct ImageLayerArgs {
    /// The layer to write: a gzipped tar.
    #[arg(long)]
    output: PathBuf,
    /// A file or folder, and its path in the image.
    #[arg(long = "file", value_name = "NAME=PATH", value_parser = parse_entry)]
    files: Vec<Entry>,
    /// A list of further ones, as for `zip`.
    #[arg(long, value_name = "PATH", requires = "list_in")]
    list: Option<PathBuf>,
    /// The folder that they are laid into.
    #[arg(long, value_name = "FOLDER")]
    list_in: Option<String>,
    /// Compresses quickly, and less.
    #[arg(long)]
    fast: bool,
}

/// What to check of an image.
#[derive(Args)]
pub struct CheckImageArgs {
    /// The folder of the image's layout.
    #[arg(long)]
    layout: PathBuf,
    /// The function's architecture, as images call it: `amd64` or `arm64`.
    #[arg(long)]
    architecture: String,
    /// The name of the target that it is built by, for the message.
    #[arg(long)]
    label: String,
    /// An empty file to write when all is well.
    #[arg(long)]
    output: PathBuf,
}

fn parse_limit(value: &str) -> Result<(u64, String), String> {
    let (bytes, who) = value.split_once('=').ok_or("expected BYTES=WHO")?;
    Ok((
        bytes.parse().map_err(|error| format!("{bytes}: {error}"))?,
        who.to_owned(),
    ))
}

fn parse_entry(value: &str) -> Result<Entry, String> {
    let (name, path) = value.split_once('=').ok_or("expected NAME=PATH")?;
    Ok(Entry {
        name: name.to_owned(),
        source: path.into(),
        owner: String::new(),
    })
}

impl Command {
    /// Does what the subcommand says.
    ///
    /// # Errors
    ///
    /// What is wrong with a file, or that it can't be read or written.
    pub fn run(self) -> Result<()> {
        match self {
            Command::Zip(arguments) => zip(arguments),
            Command::ImageLayer(arguments) => image_layer(arguments),
            Command::CheckImage(arguments) => check_image_layout(&arguments),
            Command::LambdaLayer(arguments) => arguments.run(),
            Command::Sbom(arguments) => arguments.run(),
        }
    }
}

fn zip(arguments: ZipArgs) -> Result<()> {
    let mut entries = arguments.files;
    if let Some(list) = &arguments.list {
        entries.extend(read_list(list)?);
    }
    // What is tried out while a program is written is not deployed.
    if !arguments.fast {
        let mut layers = Vec::new();
        for [label, path] in arguments.layers.as_chunks().0 {
            let archive = File::open(path).with_context(|| format!("{path} can't be read"))?;
            let size = unpacked_size(archive).with_context(|| format!("{path} can't be read"))?;
            layers.push((label.clone(), size));
        }
        check_unpacked(&arguments.label, &files(&entries)?, &layers)?;
    }
    let output =
        File::create(&arguments.output).with_context(|| format!("{} can't be written", arguments.output.display()))?;
    let effort = if arguments.fast { Effort::Fast } else { Effort::Best };
    write_zip(BufWriter::new(output), &entries, effort)?;
    let Some((most, who)) = arguments.limit else {
        return Ok(());
    };
    let size = fs::metadata(&arguments.output)?.len();
    if size > most {
        fs::remove_file(&arguments.output).context("the zip that is too large can't be removed")?;
        bail!(
            "the zip of {} has {size} bytes; {who}, it may have {most}: leave out dependencies, their default features, or `data` \
             (`--output_groups=symbols` gives the library to look into: `nm --size-sort -S -C`)",
            arguments.label
        );
    }
    Ok(())
}

fn image_layer(arguments: ImageLayerArgs) -> Result<()> {
    let mut entries = arguments.files;
    if let (Some(list), Some(folder)) = (&arguments.list, &arguments.list_in) {
        entries.extend(read_list(list)?.into_iter().map(|entry| Entry {
            name: format!("{folder}/{}", entry.name),
            ..entry
        }));
    }
    let output =
        File::create(&arguments.output).with_context(|| format!("{} can't be written", arguments.output.display()))?;
    let effort = if arguments.fast { Effort::Fast } else { Effort::Best };
    write_image_layer(BufWriter::new(output), &entries, effort)
}

fn check_image_layout(arguments: &CheckImageArgs) -> Result<()> {
    let image = || format!("the image of {}", arguments.label);
    let refusals = check_image(&arguments.layout, &arguments.architecture).with_context(image)?;
    if !refusals.is_empty() {
        bail!("{}: {}", image(), refusals.join(";\n  and "));
    }
    fs::write(&arguments.output, "").context("the output can't be written")
}
