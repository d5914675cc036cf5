//! Which crate a breach likely comes from.

use std::{collections::BTreeSet, path::Path};

use object::{
    Object, ObjectSymbol,
    read::archive::{ArchiveFile, ArchiveMember},
};

use crate::Breach;

/// The crates among `rlibs` (a path and its content each) that a breach likely comes from.
pub fn likely_crate<'a>(breach: &Breach, rlibs: impl IntoIterator<Item = (&'a Path, &'a [u8])>) -> BTreeSet<String> {
    let mut crates = BTreeSet::new();
    for (path, content) in rlibs {
        let name = crate_name(path);
        let matches = match breach {
            Breach::TooNew { symbol, .. } => mentions(content, symbol, false),
            Breach::Exported(symbol) => mentions(content, symbol, true),
            Breach::Needed(library) => {
                let stem = library
                    .trim_start_matches("lib")
                    .split(['.', '-'])
                    .next()
                    .unwrap_or(library);
                name.contains(stem)
            }
        };
        if matches {
            crates.insert(name);
        }
    }
    crates
}

/// The crate's name in an rlib's file name, `libserde-12345.rlib`.
fn crate_name(rlib: &Path) -> String {
    let stem = rlib.file_stem().unwrap_or_default().to_string_lossy();
    let name = stem.strip_prefix("lib").unwrap_or(&stem);
    match name.rsplit_once('-') {
        Some((name, hash)) if hash.chars().all(|character| character.is_ascii_hexdigit()) => name.to_owned(),
        _ => name.to_owned(),
    }
}

/// What LLVM's bitcode begins with.
const BITCODE: &[u8] = b"BC\xc0\xde";

/// Whether an object in an archive defines a symbol, or leaves it undefined.
fn mentions(archive: &[u8], symbol: &str, defined: bool) -> bool {
    let Ok(file) = ArchiveFile::parse(archive) else {
        return false;
    };
    file.members()
        .filter_map(Result::ok)
        .filter_map(|member: ArchiveMember<'_>| member.data(archive).ok())
        .any(|member| match object::File::parse(member) {
            Ok(object) => object
                .symbols()
                .any(|candidate| candidate.name() == Ok(symbol) && candidate.is_undefined() != defined),
            // Names stand in bitcode as they are, and whether they are defined elsewhere.
            Err(_) => member.starts_with(BITCODE) && contains(member, symbol.as_bytes()),
        })
}

fn contains(data: &[u8], part: &[u8]) -> bool {
    data.windows(part.len().max(1)).any(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_is_traced_to_the_crate_that_is_named_after_it() {
        let breach = Breach::Needed("libssl.so.3".to_owned());
        let rlibs = [Path::new("x/libopenssl_sys-1a2b.rlib"), Path::new("x/libserde-3c.rlib")];
        let crates = likely_crate(&breach, rlibs.map(|path| (path, [].as_slice())));
        assert_eq!(crates.into_iter().collect::<Vec<_>>(), ["openssl_sys"]);
    }
}
