//! A library of a crate that asks for what is undefined.

#[no_mangle]
pub extern "C" fn exported(object: *const u8) -> i32 {
    undefined::who() + i32::from(undefined::random()) + undefined::others(object)
}
