//! The zip of a [Lambda layer](https://docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html): what Lambda would not find, not start or
//! not load is refused.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufWriter, Read},
    path::PathBuf,
};

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use elf::Machine;
use packing_list::{Entry, files, read_list};

use crate::{Effort, archive::is_executable, check_unpacked, write_zip};

/// The folder of a layer whose files Lambda [starts](https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html) with each
/// environment.
const EXTENSIONS: &str = "extensions/";

/// What to pack, and for what.
#[derive(Args)]
pub struct LambdaLayerArgs {
    /// The zip to write.
    #[arg(long)]
    output: PathBuf,
    /// What it holds, three lines for each file or folder: its path in the layer, where it is, and whose it is.
    #[arg(long, value_name = "PATH")]
    list: PathBuf,
    /// The architecture that it is for.
    #[arg(long)]
    architecture: Architecture,
    /// The name of the target that it is built by, for messages.
    #[arg(long)]
    label: String,
    /// Compresses quickly, and less.
    #[arg(long)]
    fast: bool,
}

/// Lambda's architectures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Architecture {
    /// Of Intel's and AMD's.
    #[value(name = "x86_64")]
    X86_64,
    /// Of Graviton.
    Arm64,
    /// Either: nothing in the layer is machine code.
    Any,
}

impl From<Machine> for Architecture {
    fn from(machine: Machine) -> Self {
        match machine {
            Machine::X86_64 => Self::X86_64,
            Machine::Aarch64 => Self::Arm64,
        }
    }
}

impl LambdaLayerArgs {
    /// Packs the layer.
    ///
    /// # Errors
    ///
    /// All that is wrong with its files; or that one can't be read or written.
    pub fn run(self) -> Result<()> {
        let entries = read_list(&self.list)?;
        let found = files(&entries)?;
        let problems = problems(&found, self.architecture)?;
        if !problems.is_empty() {
            bail!("the layer {}: {}", self.label, problems.join(";\n  and "));
        }
        if !self.fast {
            check_unpacked(&self.label, &found, &[])?;
        }
        let output =
            File::create(&self.output).with_context(|| format!("{} can't be written", self.output.display()))?;
        let effort = if self.fast { Effort::Fast } else { Effort::Best };
        write_zip(BufWriter::new(output), &entries, effort)
    }
}

/// What is wrong with a layer's files.
fn problems(files: &BTreeMap<String, Entry>, architecture: Architecture) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    if files.is_empty() {
        problems.push("it holds no files; name some".to_owned());
    }
    for (name, entry) in files {
        let mut header = Vec::new();
        File::open(&entry.source)
            .and_then(|file| file.take(Machine::HEADER as u64).read_to_end(&mut header))
            .with_context(|| format!("{} can't be read", entry.described()))?;
        if let Some(extension) = name.strip_prefix(EXTENSIONS) {
            if extension.contains('/') {
                problems.push(format!(
                    "`{name}` would lie in a folder of `{EXTENSIONS}`, and Lambda starts what lies in that itself: {}",
                    entry.described()
                ));
            } else if !is_executable(&header) {
                problems.push(format!(
                    "`{name}` is neither an ELF file nor a script that starts with `#!`, so Lambda could not start it: {}",
                    entry.described()
                ));
            }
        }
        if let Some(machine) = Machine::of(&header).map(Architecture::from)
            && machine != architecture
        {
            let machine = machine.to_possible_value();
            let machine = machine
                .as_ref()
                .map_or("another architecture", |value| value.get_name());
            problems.push(match architecture {
                Architecture::Any => format!(
                    "`{name}` is machine code for {machine}, and the layer is for any architecture; make a layer for each: {}",
                    entry.described()
                ),
                Architecture::X86_64 | Architecture::Arm64 => format!(
                    "`{name}` is machine code for {machine}, and `architecture` is another; set that, or take the file out: {}",
                    entry.described()
                ),
            });
        }
    }
    Ok(problems)
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;

    const X86_64: [u8; 20] = *b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0";
    const ARM64: [u8; 20] = *b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\xb7\0";

    fn packed(folder: &Path, contents: &[(&str, &[u8])], architecture: Architecture) -> Result<PathBuf> {
        let mut list = String::new();
        for (number, (name, content)) in contents.iter().enumerate() {
            let source = folder.join(number.to_string());
            fs::write(&source, content)?;
            list += &format!("{name}\n{}\n//app:{number}\n", source.display());
        }
        let output = folder.join("layer.zip");
        let arguments = LambdaLayerArgs {
            output: output.clone(),
            list: folder.join("list"),
            architecture,
            label: "//app:layer".to_owned(),
            fast: false,
        };
        fs::write(&arguments.list, list)?;
        arguments.run()?;
        Ok(output)
    }

    fn refusal(contents: &[(&str, &[u8])], architecture: Architecture) -> Result<String> {
        let folder = tempfile::tempdir()?;
        Ok(packed(folder.path(), contents, architecture).unwrap_err().to_string())
    }

    #[test]
    fn a_layer_is_the_same_bytes_each_time_and_what_runs_is_executable() -> Result<()> {
        let contents: [(&str, &[u8]); 3] = [
            ("python/tool.py", b"pass"),
            ("extensions/flush", b"#!/bin/sh\n"),
            ("lib/libtool.so", &X86_64),
        ];
        let mut reversed = contents;
        reversed.reverse();
        let (one, other) = (tempfile::tempdir()?, tempfile::tempdir()?);
        let one = fs::read(packed(one.path(), &contents, Architecture::X86_64)?)?;
        let other = fs::read(packed(other.path(), &reversed, Architecture::X86_64)?)?;
        assert_eq!(one, other);
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(one))?;
        let mut modes = Vec::new();
        for index in 0..zip.len() {
            let file = zip.by_index(index)?;
            modes.push((file.name()?.into_owned(), file.unix_mode().map(|mode| mode & 0o777)));
        }
        let expected = [
            ("extensions/flush", 0o755),
            ("lib/libtool.so", 0o755),
            ("python/tool.py", 0o644),
        ];
        assert_eq!(modes, expected.map(|(name, mode)| (name.to_owned(), Some(mode))));
        Ok(())
    }

    #[test]
    fn what_lambda_could_not_start_is_refused_at_once() -> Result<()> {
        let message = refusal(
            &[
                ("extensions/notes.txt", b"notes"),
                ("extensions/sub/flush", b"#!/bin/sh\n"),
            ],
            Architecture::Any,
        )?;
        for part in [
            "the layer //app:layer: `extensions/notes.txt` is neither an ELF file nor a script",
            "//app:0",
            "and `extensions/sub/flush` would lie in a folder of `extensions/`",
        ] {
            assert!(message.contains(part), "{message}");
        }
        Ok(())
    }

    #[test]
    fn code_of_another_machine_is_refused() -> Result<()> {
        let message = refusal(&[("lib/one.so", &ARM64)], Architecture::X86_64)?;
        assert!(
            message.contains("`lib/one.so` is machine code for arm64, and `architecture` is another"),
            "{message}"
        );
        let message = refusal(&[("lib/one.so", &X86_64)], Architecture::Any)?;
        assert!(message.contains("make a layer for each"), "{message}");
        let folder = tempfile::tempdir()?;
        packed(folder.path(), &[("lib/one.so", &ARM64)], Architecture::Arm64)?;
        Ok(())
    }

    #[test]
    fn a_layer_of_nothing_is_refused() -> Result<()> {
        assert!(refusal(&[], Architecture::Any)?.contains("//app:layer: it holds no files"));
        Ok(())
    }
}
