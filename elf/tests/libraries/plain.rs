//! A library with nothing special.

#[no_mangle]
pub extern "C" fn exported() -> usize {
    std::env::args().count()
}
