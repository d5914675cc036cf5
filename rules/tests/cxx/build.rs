//! Compiles C++ as a crate's build script does, asks for its library as such a one does, and links a program.

use std::{env, fs, path::Path, process::Command};

fn main() {
    let folder = env::var("OUT_DIR").expect("Cargo has a folder for what is made");
    let tool = |name: &str, arguments: &[&str]| {
        let program = env::var(name).expect("Bazel names a program for it");
        let status = Command::new(program).args(arguments).status();
        assert!(status.as_ref().is_ok_and(|status| status.success()), "{name}: {status:?}");
    };
    let [object, archive, program] = ["words.o", "libwords.a", "words"].map(|name| {
        let path = Path::new(&folder).join(name);
        path.to_str().expect("Bazel's paths are of ASCII").to_owned()
    });
    // By its whole path, as the crate `cc` has it.
    let source = env::current_dir().expect("there is one").join("words.cc");
    let source = source.to_str().expect("Bazel's paths are of ASCII");
    tool("CXX", &["-O2", "-fPIC", "-c", "-o", &object, source]);
    tool("AR", &["rcs", &archive, &object]);
    tool("CXX", &["-O2", "-DMAIN", "-o", &program, source, "-latomic"]);
    let linked = fs::read(&program).expect("it was linked");
    let has = |text: &str| linked.windows(text.len()).any(|part| part == text.as_bytes());
    assert!(!has("libc++.so") && !has("libstdc++.so"), "C++'s library is linked statically");
    println!("cargo:rustc-link-search=native={folder}");
    println!("cargo:rustc-link-lib=static=words");
    println!("cargo:rustc-link-lib=stdc++");
    println!("cargo:rustc-link-lib=atomic");
}
