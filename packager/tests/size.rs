//! What a zip of a small program may weigh: Lambda@Edge takes 1 MB, and a cold start reads all of it.

use std::{env, fs};

use object::{Object, ObjectSymbol};

const MOST: u64 = 250_000;

#[test]
fn a_small_program_makes_a_small_zip() {
    let path = env::var("ZIP").expect("ZIP names the zip");
    let size = fs::metadata(&path).expect("it is there").len();
    assert!(size <= MOST, "{size} bytes");
}

#[test]
fn nothing_is_there_to_look_up_names_with() {
    let path = env::var("SYMBOLS").expect("SYMBOLS names the library");
    let library = fs::read(path).expect("it is there");
    let library = object::File::parse(&*library).expect("it is a library");
    let names = library.symbols().filter_map(|symbol| symbol.name().ok());
    let readers: Vec<_> = names
        .filter(|name| ["addr2line", "demangle"].iter().any(|reader| name.contains(reader)))
        .collect();
    assert!(readers.is_empty(), "{readers:?}");
}
