//! A library with an address in its code.

use std::arch::global_asm;

global_asm!(
    ".text",
    ".globl address",
    ".type address,%object",
    ".p2align 3",
    "address: .quad puts",
    ".size address,8",
);

extern "C" {
    static address: usize;
}

#[no_mangle]
pub extern "C" fn exported() -> usize {
    // SAFETY: nothing writes to it once it is loaded.
    unsafe { address }
}
