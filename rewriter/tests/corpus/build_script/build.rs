//! Writes a table of powers for the program.

use std::{env, fs, path::PathBuf};

fn main() {
    let powers: Vec<u64> = (0..10).map(|exponent| 3_u64.pow(exponent)).collect();
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("Cargo sets OUT_DIR"));
    fs::write(
        out.join("powers.rs"),
        format!("const POWERS: [u64; 10] = {powers:?};\n"),
    )
    .expect("OUT_DIR can be written to");
    println!("cargo:rustc-env=POWERS_OF=3");
    println!("cargo:rerun-if-changed=build.rs");
}
