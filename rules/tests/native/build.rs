//! Links a program and a shared library, and reads what they are for.

use std::{env, fs, path::Path, process::Command};

fn main() {
    let compiler = env::var("CC").expect("Bazel names a compiler of C");
    let folder = env::var("OUT_DIR").expect("Cargo has a folder for what is made");
    let link = |name: &str, arguments: &[&str]| {
        let output = Path::new(&folder).join(name);
        let status = Command::new(&compiler)
            .args(arguments)
            .args(["-O1", "-o"])
            .arg(&output)
            .args(["probe.c", "-lm"])
            .status()
            .expect("the compiler runs");
        assert!(status.success(), "{name}: {status}");
        fs::read(output).expect("it was linked")
    };
    let has = |file: &[u8], text: &str| file.windows(text.len()).any(|part| part == text.as_bytes());
    let program = link("probe", &[]);
    // Whatever the machine is that builds.
    println!("cargo:rustc-env=PROGRAM={}", has(&program, "/lib64/ld-linux-x86-64.so.2"));
    let library = link("libprobe.so", &["-shared", "-fPIC"]);
    println!("cargo:rustc-env=LIBRARY={}", has(&library, "libm.so.6") && !has(&library, "/ld-linux"));
}
