//! A zip, as a stack needs to know it.

use std::{fs::File, io, path::Path};

use anyhow::{Context, Result, bail};
use packager::{UNPACKED_MAX, unpacked_size};
use sha2::{Digest, Sha256};
use stack_metadata::object_key;

/// A zip's digest and size.
///
/// ```
/// let archive = template::Archive { sha256: [0xab; 32], size: 1000, unpacked: 2000 };
/// assert_eq!(archive.hex(), "ab".repeat(32));
/// assert_eq!(archive.key(), format!("{}.zip", archive.hex()));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Archive {
    /// The zip's SHA-256.
    pub sha256: [u8; 32],
    /// The zip's size, in bytes.
    pub size: u64,
    /// How much it holds, in bytes.
    pub unpacked: u64,
}

impl Archive {
    /// Reads a zip.
    ///
    /// # Errors
    ///
    /// When the file can't be read or is no zip.
    pub fn read(path: &Path) -> Result<Self> {
        let shown = path.display();
        let mut file = File::open(path).with_context(|| format!("{shown} can't be read"))?;
        let mut digest = Sha256::new();
        let size =
            io::copy(&mut file, &mut HashWriter(&mut digest)).with_context(|| format!("{shown} can't be read"))?;
        let unpacked = unpacked_size(file).with_context(|| format!("{shown} is no zip"))?;
        Ok(Self {
            sha256: digest.finalize().into(),
            size,
            unpacked,
        })
    }

    /// The digest in hexadecimal digits.
    pub fn hex(&self) -> String {
        hex::encode(self.sha256)
    }

    /// The key that the zip is uploaded to.
    pub fn key(&self) -> String {
        object_key(&self.hex())
    }
}

/// Says if a zip and its layers hold more than Lambda takes.
pub(crate) fn check_unpacked(zip: &Archive, layers: &[Archive]) -> Result<()> {
    let of_layers: u64 = layers.iter().map(|layer| layer.unpacked).sum();
    let all = zip.unpacked + of_layers;
    if all > UNPACKED_MAX {
        let with = if layers.is_empty() {
            String::new()
        } else {
            format!(", {of_layers} of them in its layers")
        };
        bail!(
            "the zip holds {all} bytes{with}, and Lambda takes {UNPACKED_MAX} (250 MB): leave out dependencies or `data`, or read \
             large files from S3"
        );
    }
    Ok(())
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
        let of_size = |unpacked| Archive {
            sha256: [0; 32],
            size: 1000,
            unpacked,
        };
        assert!(check_unpacked(&of_size(UNPACKED_MAX), &[]).is_ok());
        let error = check_unpacked(&of_size(UNPACKED_MAX + 1), &[]).unwrap_err().to_string();
        assert!(error.contains("holds 262144001 bytes, and"), "{error}");
        let error = check_unpacked(&of_size(UNPACKED_MAX), &[of_size(1)])
            .unwrap_err()
            .to_string();
        assert!(error.contains("262144001 bytes, 1 of them in its layers"), "{error}");
    }
}
