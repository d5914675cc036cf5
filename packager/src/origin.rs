//! Where a breach likely comes from.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use object::{
    Object, ObjectSection, ObjectSymbol, RelocationTarget,
    read::archive::{ArchiveFile, ArchiveMember},
};

use crate::Breach;

/// A crate, and what of it is known to lead to a breach.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The crate's functions that use a symbol; none if it is another kind of breach, or they have no names.
    pub functions: BTreeSet<String>,
}

/// The crates among `rlibs` (a path and its content each) that a breach likely comes from, by their names.
pub fn likely_origins<'a>(
    breach: &Breach,
    rlibs: impl IntoIterator<Item = (&'a Path, &'a [u8])>,
) -> BTreeMap<String, Origin> {
    let mut origins = BTreeMap::new();
    for (path, content) in rlibs {
        let name = crate_name(path);
        let origin = match breach {
            Breach::TooNew { symbol, .. } | Breach::Undefined(symbol) => users(content, symbol),
            Breach::Exported(symbol)
            | Breach::StaticTls {
                largest: Some((symbol, _)),
                ..
            } => defines(content, symbol).then(Origin::default),
            Breach::Needed(library) => {
                let stem = library
                    .trim_start_matches("lib")
                    .split(['.', '-'])
                    .next()
                    .unwrap_or(library);
                name.contains(stem).then(Origin::default)
            }
            Breach::StaticTls { largest: None, .. } | Breach::TextRelocations | Breach::ExecutableStack => None,
        };
        if let Some(origin) = origin {
            origins.insert(name, origin);
        }
    }
    origins
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

/// The objects in an archive.
fn objects(archive: &[u8]) -> impl Iterator<Item = object::File<'_>> {
    let members = ArchiveFile::parse(archive).into_iter();
    members
        .flat_map(|file| file.members())
        .filter_map(Result::ok)
        .filter_map(move |member: ArchiveMember<'_>| object::File::parse(member.data(archive).ok()?).ok())
}

/// Whether an object in an archive defines a symbol.
fn defines(archive: &[u8], symbol: &str) -> bool {
    objects(archive).any(|object| {
        object
            .symbols()
            .any(|candidate| candidate.name() == Ok(symbol) && !candidate.is_undefined())
    })
}

/// What of an archive uses a symbol that it does not define; `None` if nothing does.
fn users(archive: &[u8], symbol: &str) -> Option<Origin> {
    let mut origin = None;
    for object in objects(archive) {
        let mut symbols = object.symbols();
        let Some(used) = symbols.find(|candidate| candidate.name() == Ok(symbol) && candidate.is_undefined()) else {
            continue;
        };
        let origin = origin.get_or_insert_with(Origin::default);
        for section in object.sections() {
            for (place, relocation) in section.relocations() {
                if relocation.target() == RelocationTarget::Symbol(used.index()) {
                    let around = object.symbols().find(|function| {
                        function.section_index() == Some(section.index())
                            && (function.address()..function.address() + function.size()).contains(&place)
                    });
                    let name = around.as_ref().and_then(|function| function.name().ok());
                    origin
                        .functions
                        .extend(name.map(|name| format!("{:#}", rustc_demangle::demangle(name))));
                }
            }
        }
    }
    origin
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_is_traced_to_the_crate_that_is_named_after_it() {
        let breach = Breach::Needed("libssl.so.3".to_owned());
        let rlibs = [Path::new("x/libopenssl_sys-1a2b.rlib"), Path::new("x/libserde-3c.rlib")];
        let origins = likely_origins(&breach, rlibs.map(|path| (path, [].as_slice())));
        assert_eq!(origins.into_keys().collect::<Vec<_>>(), ["openssl_sys"]);
    }
}
