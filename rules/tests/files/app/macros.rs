//! A macro that reads a folder while a program is compiled, as those do that embed files.

use std::{fs, path::Path};

use proc_macro::{Literal, TokenStream, TokenTree};

fn list(folder: &Path, prefix: &str, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.expect("an entry can be read").path();
        let name = format!("{prefix}{}", path.file_name().expect("it has a name").to_string_lossy());
        if path.is_dir() {
            list(&path, &format!("{name}/"), found);
        } else {
            let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            found.push(format!("{name}: {}", text.trim()));
        }
    }
}

/// The files of a folder below the package's, with their text.
#[proc_macro]
pub fn embedded(input: TokenStream) -> TokenStream {
    let folder = input.to_string();
    let root = std::env::var("CARGO_MANIFEST_DIR").expect("the build sets it");
    let mut found = Vec::new();
    list(&Path::new(&root).join(folder.trim_matches('"')), "", &mut found);
    found.sort();
    TokenTree::from(Literal::string(&found.join(", "))).into()
}
