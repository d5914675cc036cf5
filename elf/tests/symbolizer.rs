//! A small program has nothing in its library to look up names with.

use std::{env, fs};

use object::{Object, ObjectSymbol};

#[test]
fn nothing_is_there_to_look_up_names_with() {
    let path = env::var("SYMBOLS").expect("SYMBOLS names the library");
    let library = fs::read(path).expect("it is there");
    let library = object::File::parse(&*library).expect("it is a library");
    let names: Vec<_> = library.symbols().filter_map(|symbol| symbol.name().ok()).collect();
    assert!(!names.is_empty());
    let readers: Vec<_> = names
        .into_iter()
        .filter(|name| ["addr2line", "demangle"].iter().any(|reader| name.contains(reader)))
        .collect();
    assert!(readers.is_empty(), "{readers:?}");
}
