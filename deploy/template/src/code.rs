//! The zip, as a stack needs to know it.

use std::{fs::File, io, path::Path};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

/// What Lambda takes of a zip with all that it holds, in bytes.
const UNZIPPED_LIMIT: u64 = 262_144_000;

/// A zip's digest and size.
#[derive(Clone, Debug)]
pub struct Code {
    /// The zip's SHA-256.
    pub sha256: [u8; 32],
    /// The zip's size, in bytes.
    pub size: u64,
}

impl Code {
    /// Reads a zip.
    ///
    /// # Errors
    /// If the file can't be read or is no zip, and if it holds more than Lambda takes.
    pub fn read(path: &Path) -> Result<Self> {
        let shown = path.display();
        let mut file = File::open(path).with_context(|| format!("{shown} can't be read"))?;
        let mut digest = Sha256::new();
        let size =
            io::copy(&mut file, &mut HashWriter(&mut digest)).with_context(|| format!("{shown} can't be read"))?;
        let mut archive = zip::ZipArchive::new(file).with_context(|| format!("{shown} is no zip"))?;
        let mut unzipped = 0;
        for index in 0..archive.len() {
            unzipped += archive.by_index_raw(index)?.size();
        }
        check_unzipped(unzipped)?;
        Ok(Self {
            sha256: digest.finalize().into(),
            size,
        })
    }

    /// The digest in hexadecimal digits.
    pub fn hex(&self) -> String {
        hex(&self.sha256)
    }

    /// The key that the zip is uploaded to.
    pub fn key(&self) -> String {
        format!("{}.zip", self.hex())
    }
}

fn check_unzipped(unzipped: u64) -> Result<()> {
    if unzipped > UNZIPPED_LIMIT {
        bail!(
            "the zip holds {unzipped} bytes, and Lambda takes {UNZIPPED_LIMIT} (250 MB): leave out dependencies or `data`, or read \
             large files from S3"
        );
    }
    Ok(())
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

struct HashWriter<'a>(&'a mut Sha256);

impl io::Write for HashWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_large_for_lambda_is_refused() {
        assert!(check_unzipped(UNZIPPED_LIMIT).is_ok());
        let error = check_unzipped(UNZIPPED_LIMIT + 1).unwrap_err().to_string();
        assert!(error.contains("262144001 bytes"), "{error}");
    }
}
