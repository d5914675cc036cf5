//! What a file is, by how it begins.

use crate::Finding;

/// A file's format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// What Linux loads and starts.
    Elf,
    /// A zip, as wheels are.
    Zip,
    /// What macOS loads and starts.
    MachO,
    /// What Windows loads and starts.
    Pe,
    /// A static library, or an rlib.
    Archive,
    /// What is compressed in another way than zips are, or packed, as images' layers are.
    Compressed,
    /// A script that names its interpreter.
    Script,
    /// Nothing.
    Empty,
    /// Anything else.
    Other,
}

impl Format {
    /// How much of a file tells its format, in bytes.
    pub(crate) const HEADER: usize = 8;

    pub(crate) fn of(content: &[u8]) -> Self {
        if content.is_empty() {
            return Self::Empty;
        }
        if elf::is_elf(content) {
            return Self::Elf;
        }
        let starts = |beginnings: &[&[u8]]| beginnings.iter().any(|beginning| content.starts_with(beginning));
        if starts(&[b"PK\x03\x04", b"PK\x05\x06"]) {
            Self::Zip
        } else if starts(&[b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe"])
            // Java's classes begin so, too; what follows is their version, which is larger than the number of architectures.
            || starts(&[b"\xca\xfe\xba\xbe\0\0\0"]) && content.get(7).is_some_and(|count| *count < 30)
        {
            Self::MachO
        } else if starts(&[b"MZ"]) {
            Self::Pe
        } else if starts(&[b"!<arch>\n", b"!<thin>\n"]) {
            Self::Archive
        } else if starts(&[b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd"]) {
            Self::Compressed
        } else if starts(&[b"#!"]) {
            Self::Script
        } else {
            Self::Other
        }
    }
}

/// What is wrong with a file of another system's, or of none, that is loaded or started.
pub(crate) fn foreign(format: Format) -> Option<Finding> {
    let build = "build it for `x86_64-unknown-linux-gnu` or `aarch64-unknown-linux-gnu`: on a Mac or on Windows, cross-compile it, as these \
                 rules do; a Python library is installed for Lambda by `pip install --platform manylinux2014_x86_64 --only-binary=:all:`";
    let (found, way_out) = match format {
        Format::MachO => (
            "it is built for macOS (Mach-O), and Lambda runs Linux: `invalid ELF header`",
            build,
        ),
        Format::Pe => (
            "it is built for Windows (PE), and Lambda runs Linux: `invalid ELF header`",
            build,
        ),
        Format::Empty => ("it is empty", "build, copy or download it again"),
        Format::Archive => (
            "it is a static library (`.a`, `.rlib`), which is linked, not loaded",
            "check the program or the shared library that it is linked into (`crate-type = [\"cdylib\"]` makes one of a crate)",
        ),
        Format::Compressed => (
            "it is compressed, and no zip; Lambda takes zips",
            "pack its files as a zip; of an image's layer, unpack it, and check the libraries in it",
        ),
        Format::Elf | Format::Zip | Format::Script | Format::Other => return None,
    };
    Some(Finding::breaks("format", found, way_out))
}
