//! A library with a thread-local variable in the initial-exec model, as jemalloc has it.

use std::arch::global_asm;

global_asm!(
    ".section .tbss.state,\"awT\",%nobits",
    ".globl state",
    ".type state,%object",
    ".size state,{size}",
    "state: .zero {size}",
    size = const if cfg!(large) { 2864 } else { 64 },
);

#[cfg(target_arch = "x86_64")]
global_asm!(
    ".text",
    ".globl distance_of_state",
    ".type distance_of_state,%function",
    "distance_of_state: mov rax, qword ptr [rip + state@GOTTPOFF]",
    "ret",
);

#[cfg(target_arch = "aarch64")]
global_asm!(
    ".text",
    ".globl distance_of_state",
    ".type distance_of_state,%function",
    "distance_of_state: adrp x0, :gottprel:state",
    "ldr x0, [x0, #:gottprel_lo12:state]",
    "ret",
);

extern "C" {
    fn distance_of_state() -> usize;
}

#[no_mangle]
pub extern "C" fn exported() -> usize {
    // SAFETY: it takes nothing and always works.
    unsafe { distance_of_state() }
}
