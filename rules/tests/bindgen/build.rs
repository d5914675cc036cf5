//! Makes bindings by bindgen, and looks at which headers it has read.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

fn main() {
    let folder = PathBuf::from(env::var_os("OUT_DIR").expect("Cargo has a folder for what is made"));
    let dependencies = folder.join("headers.d");
    bindgen::Builder::default()
        .header("measure.h")
        .allowlist_function("measure")
        .allowlist_var("REGISTERS")
        .depfile("bindings.rs", &dependencies)
        .generate()
        .expect("libclang is found, and the headers")
        .write_to_file(folder.join("bindings.rs"))
        .expect("OUT_DIR can be written to");
    let headers = fs::read_to_string(&dependencies).expect("bindgen wrote what it has read");
    assert!(headers.contains("unistd.h"), "{headers}");
    for header in headers.split_whitespace() {
        assert!(
            !Path::new(header).starts_with("/usr"),
            "{header} is a header of the machine's"
        );
    }
}
