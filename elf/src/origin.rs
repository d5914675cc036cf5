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
///
/// ```
/// use std::path::Path;
///
/// let rlib = (Path::new("libopenssl_sys-1a2b.rlib"), [].as_slice());
/// let origins = elf::likely_origins(&elf::Breach::Needed("libssl.so.3".to_owned()), [rlib]);
/// assert!(origins.contains_key("openssl_sys"));
/// ```
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
            Breach::Needed(library) => is_named_after(&name, library).then(Origin::default),
            Breach::Abi(_)
            | Breach::StaticTls { largest: None, .. }
            | Breach::TextRelocations
            | Breach::ExecutableStack => None,
        };
        if let Some(origin) = origin {
            origins.insert(name, origin);
        }
    }
    origins
}

/// Whether a crate bears the name of a library, as `openssl_sys` that of `libssl.so.3`, and `libz_sys` that of `libz.so.1`.
pub(crate) fn is_named_after(name: &str, library: &str) -> bool {
    let stem = library
        .trim_start_matches("lib")
        .split(['.', '-'])
        .next()
        .unwrap_or(library);
    // In a long name, a short one may stand by chance.
    let is_long = stem.len() > 2;
    is_long && name.contains(stem) || name.split('_').any(|part| part.trim_start_matches("lib") == stem)
}

/// The crate's name in an rlib's file name, `libserde-12345.rlib`.
fn crate_name(rlib: &Path) -> String {
    let stem = rlib.file_stem().unwrap_or_default().to_string_lossy();
    let name = stem.strip_prefix("lib").unwrap_or(&stem);
    match name.rsplit_once('-') {
        Some((name, hash)) if hash.chars().all(|character| character.is_ascii_hexdigit()) => name,
        _ => name,
    }
    .to_owned()
}

/// What LLVM's bitcode begins with.
const BITCODE: &[u8] = b"BC\xc0\xde";

fn members(archive: &[u8]) -> impl Iterator<Item = &[u8]> {
    let members = ArchiveFile::parse(archive).into_iter();
    members
        .flat_map(|file| file.members())
        .filter_map(Result::ok)
        .filter_map(move |member: ArchiveMember<'_>| member.data(archive).ok())
}

/// The objects in an archive.
fn objects(archive: &[u8]) -> impl Iterator<Item = object::File<'_>> {
    members(archive).filter_map(|member| object::File::parse(member).ok())
}

/// Whether bitcode in an archive has a name, which stands in it as it is, whether it is defined there or not.
fn names_in_bitcode(archive: &[u8], symbol: &str) -> bool {
    let name = symbol.as_bytes();
    members(archive)
        .filter(|member| member.starts_with(BITCODE))
        .any(|member| member.windows(name.len().max(1)).any(|window| window == name))
}

/// Whether an object in an archive defines a symbol.
fn defines(archive: &[u8], symbol: &str) -> bool {
    objects(archive).any(|object| {
        object
            .symbols()
            .any(|candidate| candidate.name() == Ok(symbol) && !candidate.is_undefined())
    }) || names_in_bitcode(archive, symbol)
}

/// What of an archive uses a symbol that it does not define; `None` if nothing does.
fn users(archive: &[u8], symbol: &str) -> Option<Origin> {
    let mut origin = names_in_bitcode(archive, symbol).then(Origin::default);
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
    fn short_names_are_whole_words() {
        for (name, library, is_named) in [
            ("openssl_sys", "libssl.so.3", true),
            ("libz_sys", "libz.so.1", true),
            ("pq_sys", "libpq.so.5", true),
            ("zeroize", "libz.so.1", false),
            ("serialize", "libz.so.1", false),
        ] {
            assert_eq!(is_named_after(name, library), is_named, "{name} {library}");
        }
    }

    #[test]
    fn a_library_is_traced_to_the_crate_that_is_named_after_it() {
        let breach = Breach::Needed("libssl.so.3".to_owned());
        let rlibs = [Path::new("x/libopenssl_sys-1a2b.rlib"), Path::new("x/libserde-3c.rlib")];
        let origins = likely_origins(&breach, rlibs.map(|path| (path, [].as_slice())));
        assert_eq!(origins.into_keys().collect::<Vec<_>>(), ["openssl_sys"]);
    }
}
