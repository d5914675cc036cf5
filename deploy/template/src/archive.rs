//! A zip, as a stack needs to know it.

use std::{fs::File, io, path::Path};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

/// What Lambda takes of a zip and its layers with all that they hold, in bytes.
const UNZIPPED_LIMIT: u64 = 262_144_000;

/// A zip's digest and size.
#[derive(Clone, Debug)]
pub struct Code {
    /// The zip's SHA-256.
    pub sha256: [u8; 32],
    /// The zip's size, in bytes.
    pub size: u64,
    /// How much it holds, in bytes.
    pub unzipped: u64,
}

impl Code {
    /// Reads a zip.
    ///
    /// # Errors
    /// If the file can't be read or is no zip.
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
        Ok(Self {
            sha256: digest.finalize().into(),
            size,
            unzipped,
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

/// Says if a zip and its layers hold more than Lambda takes.
pub(crate) fn check_unzipped(code: &Code, layers: &[Code]) -> Result<()> {
    let of_layers: u64 = layers.iter().map(|layer| layer.unzipped).sum();
    let all = code.unzipped + of_layers;
    if all > UNZIPPED_LIMIT {
        let with = if layers.is_empty() {
            String::new()
        } else {
            format!(", {of_layers} of them in its layers")
        };
        bail!(
            "the zip holds {all} bytes{with}, and Lambda takes {UNZIPPED_LIMIT} (250 MB): leave out dependencies or `data`, or read \
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
        let of_size = |unzipped| Code {
            sha256: [0; 32],
            size: 1000,
            unzipped,
        };
        assert!(check_unzipped(&of_size(UNZIPPED_LIMIT), &[]).is_ok());
        let error = check_unzipped(&of_size(UNZIPPED_LIMIT + 1), &[])
            .unwrap_err()
            .to_string();
        assert!(error.contains("holds 262144001 bytes, and"), "{error}");
        let error = check_unzipped(&of_size(UNZIPPED_LIMIT), &[of_size(1)])
            .unwrap_err()
            .to_string();
        assert!(error.contains("262144001 bytes, 1 of them in its layers"), "{error}");
    }
}
