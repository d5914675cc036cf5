//! What a zip of a small program may weigh: Lambda@Edge takes 1 MB, and a cold start reads all of it.

use std::{env, fs};

/// In bytes.
const SIZE_MAX: u64 = 300_000;

#[test]
fn a_small_program_makes_a_small_zip() {
    let path = env::var("ZIP").expect("ZIP names the zip");
    let size = fs::metadata(&path).expect("it is there").len();
    assert!(size <= SIZE_MAX, "{size} bytes");
}
