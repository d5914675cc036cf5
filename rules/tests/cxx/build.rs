//! Compiles C++ as a crate's build script does, asks for its library as such a one does, and links a program.

use std::{env, fs, path::Path, process::Command};

/// Asserts that C++ is not compiled with `arguments`, for a reason that is told.
fn refused(arguments: &[&str], reason: &str, source: &str) {
    let compiler = env::var("CXX").expect("Bazel names a compiler of C++");
    let output = Command::new(compiler)
        .args(arguments)
        .args(["-fsyntax-only", source])
        .output()
        .expect("the compiler runs");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(
        !output.status.success() && told.contains(reason),
        "{arguments:?}: {told}"
    );
}

fn main() {
    let folder = env::var("OUT_DIR").expect("Cargo has a folder for what is made");
    let tool = |name: &str, arguments: &[&str]| {
        let program = env::var(name).expect("Bazel names a program for it");
        let status = Command::new(program).args(arguments).status();
        assert!(
            status.as_ref().is_ok_and(|status| status.success()),
            "{name}: {status:?}"
        );
    };
    let [object, archive, program] = ["words.o", "libwords.a", "words"].map(|name| {
        let path = Path::new(&folder).join(name);
        path.to_str().expect("Bazel's paths are of ASCII").to_owned()
    });
    // By its whole path, as the crate `cc` has it.
    let source = env::current_dir().expect("there is one").join("words.cc");
    let source = source.to_str().expect("Bazel's paths are of ASCII");
    // What compilers of each architecture are told to use of a processor.
    let is_arm64 = env::var("TARGET").expect("Cargo names it").starts_with("aarch64");
    let processor = if is_arm64 {
        "-march=armv8.2-a+crc+fp16"
    } else {
        "-march=x86-64-v3"
    };
    tool(
        "CXX",
        &["-O2", "-fPIC", processor, "-DPROCESSOR", "-c", "-o", &object, source],
    );
    refused(&["-march=native"], "is this machine's processor", source);
    refused(&["-fsanitize=address"], "a sanitizer's runtime", source);
    tool("CXX", &["-O2", "-fPIC", "-c", "-o", &object, source]);
    // A question is no link, which would make C++'s library, a minute for each crate: `-?` is how the crate `cc` asks.
    let made = format!("{folder}.libcxx");
    for question in ["-?", "--version", "-dumpversion"] {
        let compiler = env::var("CXX").expect("Bazel names a compiler of C++");
        let asked = Command::new(compiler)
            .arg(question)
            .output()
            .expect("the compiler runs");
        assert!(
            !Path::new(&made).exists(),
            "C++'s library was made for {question}: {asked:?}"
        );
    }
    tool("AR", &["rcs", &archive, &object]);
    // It tells what it does, as CMake has it do, and links nevertheless.
    tool("CXX", &["-v", "-O2", "-DMAIN", "-o", &program, source, "-latomic"]);
    assert!(Path::new(&made).exists(), "it was not linked by the rules' own linker");
    let linked = fs::read(&program).expect("it was linked");
    let has = |text: &str| linked.windows(text.len()).any(|part| part == text.as_bytes());
    assert!(
        !has("libc++.so") && !has("libstdc++.so"),
        "C++'s library is linked statically"
    );
    println!("cargo:rustc-link-search=native={folder}");
    println!("cargo:rustc-link-lib=static=words");
    println!("cargo:rustc-link-lib=stdc++");
    println!("cargo:rustc-link-lib=atomic");
}
