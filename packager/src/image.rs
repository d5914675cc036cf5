//! Images: layers whose bytes depend on their files alone, and what Lambda takes of an image.

use std::{fs, io::Write, path::Path};

use anyhow::{Context, Result, bail};
use flate2::{Compression, GzBuilder};
use packing_list::{Entry, files};
use serde::{Deserialize, de::DeserializeOwned};
use tar::{Builder, EntryType, Header};

use crate::{Effort, archive::is_executable};

/// Writes a layer of an image (a gzipped tar) with the files of a function.
///
/// It has no entries for folders, which would take the place of those that the layers below have, with their modes and owners.
///
/// # Errors
///
/// As [`write_zip`](crate::write_zip).
pub fn write_image_layer<W: Write>(output: W, entries: &[Entry], effort: Effort) -> Result<()> {
    let level = match effort {
        Effort::Fast => Compression::fast(),
        Effort::Best => Compression::best(),
    };
    // Without a name and a time.
    let mut layer = Builder::new(GzBuilder::new().write(output, level));
    for (name, entry) in files(entries)? {
        let content = fs::read(&entry.source).with_context(|| format!("{} can't be read", entry.described()))?;
        let mut header = Header::new_ustar();
        header.set_entry_type(EntryType::Regular);
        header.set_mode(if is_executable(&content) { 0o755 } else { 0o644 });
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(0);
        header.set_size(content.len().try_into()?);
        layer
            .append_data(&mut header, &name, content.as_slice())
            .with_context(|| format!("`{name}` can't be packed"))?;
    }
    layer.into_inner()?.finish()?.flush()?;
    Ok(())
}

/// What Lambda does not take of an image, a sentence for each; none for one that it takes.
///
/// `layout` is the folder of an [OCI image layout](https://github.com/opencontainers/image-spec/blob/main/image-layout.md), of which the
/// layers need not be there. `architecture` is the function's, as images call it: `amd64` or `arm64`.
///
/// # Errors
///
/// When the layout can't be read.
pub fn check_image(layout: &Path, architecture: &str) -> Result<Vec<String>> {
    let index: Index = read(&layout.join("index.json"))?;
    let [described] = index.manifests.as_slice() else {
        bail!("it has {} images; Lambda takes one", index.manifests.len());
    };
    if described.is_index() {
        return Ok(vec![format!(
            "it is an index of several platforms ({}), and Lambda takes the image of one: pull its base for one platform alone",
            described.media_type
        )]);
    }
    let blob = |digest: &str| layout.join("blobs").join(digest.replace(':', "/"));
    let manifest: Manifest = read(&blob(&described.digest))?;
    let config: Config = read(&blob(&manifest.config.digest))?;
    let mut refusals = Vec::new();
    if (config.os.as_str(), config.architecture.as_str()) != ("linux", architecture) {
        refusals.push(format!(
            "it is for {}/{}, and the function for linux/{architecture}: take another base, or another `architecture` of the zip",
            config.os, config.architecture
        ));
    }
    for (index, layer) in manifest.layers.iter().enumerate() {
        if layer.media_type.ends_with("zstd") {
            refusals.push(format!(
                "layer {} of {} is compressed by zstd, which Lambda does not unpack: take a base with gzip's layers",
                index + 1,
                manifest.layers.len()
            ));
        }
    }
    Ok(refusals)
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let text = fs::read(path).with_context(|| format!("{} can't be read", path.display()))?;
    serde_json::from_slice(&text).with_context(|| format!("{} is not as an image has it", path.display()))
}

#[derive(Deserialize)]
struct Index {
    manifests: Vec<Descriptor>,
}

#[derive(Deserialize)]
struct Manifest {
    config: Descriptor,
    layers: Vec<Descriptor>,
}

#[derive(Deserialize)]
struct Descriptor {
    #[serde(rename = "mediaType")]
    media_type: String,
    digest: String,
}

impl Descriptor {
    /// Whether it describes a list of images, in OCI's words or Docker's.
    fn is_index(&self) -> bool {
        self.media_type.contains(".image.index.") || self.media_type.contains(".manifest.list.")
    }
}

#[derive(Deserialize)]
struct Config {
    architecture: String,
    os: String,
}

#[cfg(test)]
mod tests {
    use std::{io::Read, path::PathBuf};

    use flate2::read::GzDecoder;
    use tar::Archive;

    use super::*;

    fn entry(name: &str, source: PathBuf) -> Entry {
        Entry {
            name: name.to_owned(),
            source,
            owner: String::new(),
        }
    }

    #[test]
    fn a_layer_depends_on_its_files_alone() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let (program, text) = (folder.path().join("a"), folder.path().join("b"));
        fs::write(&program, "\x7fELF")?;
        fs::write(&text, "text")?;
        // Longer than the oldest form of tar takes.
        let long = format!("var/task/{}/{}.txt", "folder".repeat(20), "n".repeat(120));
        let entries = [entry(&long, text.clone()), entry("var/task/index.so", program)];
        let pack = |entries: &[Entry]| {
            let mut bytes = Vec::new();
            write_image_layer(&mut bytes, entries, Effort::Best).map(|()| bytes)
        };
        let layer = pack(&entries)?;
        fs::write(&text, "text")?;
        assert_eq!(layer, pack(&[entries[1].clone(), entries[0].clone()])?);

        let mut archive = Archive::new(GzDecoder::new(layer.as_slice()));
        let mut found = Vec::new();
        for file in archive.entries()? {
            let mut file = file?;
            let (header, path) = (file.header().clone(), file.path()?.into_owned());
            let mut content = String::new();
            file.read_to_string(&mut content)?;
            assert_eq!((header.uid()?, header.gid()?, header.mtime()?), (0, 0, 0));
            found.push((path.display().to_string(), header.mode()?, content));
        }
        assert_eq!(
            found,
            [
                (long, 0o644, "text".to_owned()),
                ("var/task/index.so".to_owned(), 0o755, "\x7fELF".to_owned())
            ]
        );
        Ok(())
    }

    /// Writes a layout; `None` for a manifest's digest that leads to an index.
    fn layout(folder: &Path, media_type: &str, architecture: &str, layer: &str) -> Result<()> {
        let blobs = folder.join("blobs/sha256");
        fs::create_dir_all(&blobs)?;
        let descriptor =
            |media_type: &str, digest: &str| serde_json::json!({"mediaType": media_type, "digest": digest, "size": 1});
        for (path, content) in [
            (
                folder.join("index.json"),
                serde_json::json!({"schemaVersion": 2, "manifests": [descriptor(media_type, "sha256:aa")]}),
            ),
            (
                blobs.join("aa"),
                serde_json::json!({
                    "config": descriptor("application/vnd.oci.image.config.v1+json", "sha256:bb"),
                    "layers": [descriptor("application/vnd.oci.image.layer.v1.tar+gzip", "sha256:cc"), descriptor(layer, "sha256:dd")],
                }),
            ),
            (
                blobs.join("bb"),
                serde_json::json!({"os": "linux", "architecture": architecture}),
            ),
        ] {
            fs::write(path, content.to_string())?;
        }
        Ok(())
    }

    #[test]
    fn what_lambda_does_not_take_is_told() -> Result<()> {
        let image = "application/vnd.oci.image.manifest.v1+json";
        let gzip = "application/vnd.oci.image.layer.v1.tar+gzip";
        let cases = [
            (image, "amd64", gzip, vec![]),
            (
                image,
                "arm64",
                "application/vnd.oci.image.layer.v1.tar+zstd",
                vec!["it is for linux/arm64", "layer 2 of 2 is compressed by zstd"],
            ),
            (
                "application/vnd.oci.image.index.v1+json",
                "amd64",
                gzip,
                vec!["an index of several platforms"],
            ),
            (
                "application/vnd.docker.distribution.manifest.list.v2+json",
                "amd64",
                gzip,
                vec!["an index of several platforms"],
            ),
        ];
        for (media_type, architecture, layer, expected) in cases {
            let folder = tempfile::tempdir()?;
            layout(folder.path(), media_type, architecture, layer)?;
            let refusals = check_image(folder.path(), "amd64")?;
            assert_eq!(refusals.len(), expected.len(), "{refusals:?}");
            for (sentence, part) in refusals.iter().zip(expected) {
                assert!(sentence.contains(part), "{sentence}");
            }
        }
        Ok(())
    }
}
