//! The symbols that a zip's output group keeps aside are those of the library in the zip.

use std::{env, fs};

use object::{Object, ObjectSegment, ObjectSymbol};

/// The file that a variable names.
fn file(variable: &str) -> Vec<u8> {
    let path = env::var(variable).unwrap_or_else(|error| panic!("{variable}: {error}"));
    fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The code of a library.
fn code<'data>(library: &object::File<'data>) -> (u64, &'data [u8]) {
    let segments = library.segments();
    let found = segments.max_by_key(|segment| match segment.permissions().executable() {
        true => segment.size(),
        false => 0,
    });
    let segment = found.expect("a library has segments");
    (segment.address(), segment.data().expect("the segment is in the file"))
}

#[test]
fn they_belong_to_the_library_in_the_zip() {
    let (packed, symbols) = (file("SHARED_LIBRARY"), file("SYMBOLS"));
    let packed = object::File::parse(&*packed).expect("it is a library");
    let symbols = object::File::parse(&*symbols).expect("it is a library");
    assert!(code(&packed) == code(&symbols));
    assert_eq!(packed.symbols().count(), 0);
    let handler = symbols
        .symbols()
        .find(|symbol| {
            symbol
                .name()
                .is_ok_and(|name| name.contains("lambda_shim") && name.contains("invoke"))
        })
        .expect("the shim's functions have names");
    let (start, bytes) = code(&packed);
    assert!((start..start + bytes.len() as u64).contains(&handler.address()));
}

/// Toolchains bring copies of these for targets without a C library. Those are slower than glibc's, which are made for the processor that
/// they run on.
#[test]
fn what_copies_and_compares_memory_is_of_glibc() {
    let (packed, symbols) = (file("SHARED_LIBRARY"), file("SYMBOLS"));
    let packed = object::File::parse(&*packed).expect("it is a library");
    let symbols = object::File::parse(&*symbols).expect("it is a library");
    let imports: Vec<&str> = packed
        .dynamic_symbols()
        .filter(|symbol| symbol.is_undefined())
        .filter_map(|symbol| symbol.name().ok())
        .collect();
    for function in ["memcpy", "memmove", "memset", "strlen"] {
        assert!(imports.contains(&function), "{function} is not among {imports:?}");
    }
    let own: Vec<&str> = symbols
        .symbols()
        .filter(|symbol| symbol.is_definition())
        .filter_map(|symbol| symbol.name().ok())
        .filter(|name| ["bcmp", "memchr", "memcmp", "memcpy", "memmove", "memset", "strlen"].contains(name))
        .collect();
    assert_eq!(own, [""; 0]);
}
