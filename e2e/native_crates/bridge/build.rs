//! Compiles C++, and what cxx generates between it and Rust.

fn main() {
    cxx_build::bridge("src/lib.rs")
        .file("src/words.cc")
        .std("c++17")
        .compile("bridge");
    println!("cargo:rerun-if-changed=include/words.h");
    println!("cargo:rerun-if-changed=src/words.cc");
}
