//! The renderer's subcommand of the build tool's command line.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::json;

use crate::{Archive, Settings, render};

/// What to render, and where to.
#[derive(Args)]
pub struct TemplateArgs {
    /// What the target says, as JSON.
    #[arg(long)]
    settings: PathBuf,
    /// The zip. Without it, all that it has no say in is checked, and an empty file is written.
    #[arg(long)]
    zip: Option<PathBuf>,
    /// The zip of a layer that the stack makes, in the settings' order.
    #[arg(long = "layer", value_name = "FILE")]
    layers: Vec<PathBuf>,
    /// A JSON Merge Patch over the template.
    #[arg(long, value_name = "FILE")]
    patch: Option<PathBuf>,
    /// The template to write, as JSON.
    #[arg(long)]
    output: PathBuf,
}

impl TemplateArgs {
    /// Renders the template.
    ///
    /// # Errors
    ///
    /// What AWS would refuse of the settings, or that a file can't be read or written.
    pub fn run(&self) -> Result<()> {
        let text = fs::read(&self.settings).with_context(|| format!("{} can't be read", self.settings.display()))?;
        let settings = serde_json::from_slice(&text).and_then(Settings::read);
        let settings = settings.context("the settings can't be read")?;
        let mut patch = json!({});
        if let Some(path) = &self.patch {
            let shown = path.display();
            let text = fs::read(path).with_context(|| format!("{shown} can't be read"))?;
            patch = serde_json::from_slice(&text)
                .with_context(|| format!("{shown} is no JSON, which `template_patch` has to be"))?;
            if !patch.is_object() {
                bail!(
                    "{shown} is no JSON object, which `template_patch` has to be: write it as {{\"Resources\": {{…}}}}"
                );
            }
        }
        let text = match &self.zip {
            Some(zip) => {
                let zip = Archive::read(zip).with_context(|| settings.zip_label.clone())?;
                let mut text =
                    serde_json::to_string_pretty(&render(&settings, &zip, &self.layers(&settings)?, &patch)?)?;
                text.push('\n');
                text
            }
            None => {
                let layers = vec![Archive::default(); settings.stack_layers.len()];
                render(&settings, &Archive::default(), &layers, &patch)?;
                String::new()
            }
        };
        fs::write(&self.output, text).with_context(|| format!("{} can't be written", self.output.display()))
    }

    fn layers(&self, settings: &Settings) -> Result<Vec<Archive>> {
        let labels = settings.stack_layers.iter().map(|layer| layer.label.clone());
        let layers = self.layers.iter().zip(labels);
        layers.map(|(path, label)| Archive::read(path).context(label)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is checked before there is a zip: what was said, and whether a file was written.
    fn checked(memory_mb: u32) -> (String, bool) {
        let folder = std::env::temp_dir().join(format!("template-{}-{memory_mb}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let settings = json!({
            "label": "//shop:deploy",
            "zip_label": "//shop:lambda_zip",
            "architecture": "x86_64",
            "runtime": "python3.13",
            "edge": false,
            "streaming": false,
            "aws_tags": {},
            "functions": [{"name": "create_order", "handler": "index.handler", "memory_mb": memory_mb}],
            "stack_layers": [{"label": "//shop:tools", "name": "tools", "architectures": [], "runtimes": []}],
        });
        let arguments = TemplateArgs {
            settings: folder.join("settings.json"),
            zip: None,
            layers: Vec::new(),
            patch: None,
            output: folder.join("checked"),
        };
        fs::write(&arguments.settings, settings.to_string()).unwrap();
        let said = arguments
            .run()
            .err()
            .map_or_else(String::new, |error| format!("{error:#}"));
        let is_written = arguments.output.exists();
        fs::remove_dir_all(folder).unwrap();
        (said, is_written)
    }

    #[test]
    fn what_is_wrong_is_said_without_the_zip() {
        assert_eq!(checked(128), (String::new(), true));
        let (said, is_written) = checked(64);
        assert!(said.contains("`memory_mb = 64`") && !is_written, "{said}");
    }
}
