//! Where things are kept from one run to the next.

use std::{env, fs, path::PathBuf};

use anyhow::{Context, Result};

/// The folder in the user's cache.
pub fn folder() -> Result<PathBuf> {
    let cache = match (env::var_os("XDG_CACHE_HOME"), env::var_os("HOME")) {
        (Some(cache), _) => PathBuf::from(cache),
        (None, Some(home)) => PathBuf::from(home).join(".cache"),
        (None, None) => env::temp_dir(),
    };
    let folder = cache.join("rules_rust_lambda/bench");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    Ok(folder)
}
