//! Asks for functions that not every glibc has, or none.

extern "C" {
    fn arc4random_buf(buffer: *mut u8, length: usize);
    fn aws_lc_0_47_0_EVP_sha256();
    fn gettid() -> i32;
    fn nobody_defines_this();
    fn PyNumber_Check(object: *const u8) -> i32;
}

/// In glibc since 2.30.
#[inline(never)]
pub fn who() -> i32 {
    // SAFETY: never run.
    unsafe { gettid() }
}

/// In glibc since 2.36.
#[inline(never)]
pub fn random() -> u8 {
    let mut byte = 0;
    // SAFETY: never run.
    unsafe { arc4random_buf(&mut byte, 1) };
    byte
}

/// In the process that loads it, in Python; and nowhere.
#[inline(never)]
pub fn others(object: *const u8) -> i32 {
    // SAFETY: never run.
    unsafe {
        aws_lc_0_47_0_EVP_sha256();
        nobody_defines_this();
        PyNumber_Check(object)
    }
}
