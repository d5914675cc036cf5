//! [mimalloc](https://github.com/microsoft/mimalloc) as the allocator of a shared library: that of all its Rust code, and of nothing else in
//! the process. What `rust_lambda_zip` links in, where no crate of the program sets an allocator.

use std::{
    alloc::{GlobalAlloc, Layout},
    ffi::c_void,
};

// As mimalloc.h declares them; `renamed.h` says why they are called so.
unsafe extern "C" {
    fn lambda_mi_malloc(size: usize) -> *mut c_void;
    fn lambda_mi_malloc_aligned(size: usize, alignment: usize) -> *mut c_void;
    fn lambda_mi_zalloc(size: usize) -> *mut c_void;
    fn lambda_mi_zalloc_aligned(size: usize, alignment: usize) -> *mut c_void;
    fn lambda_mi_realloc(block: *mut c_void, size: usize) -> *mut c_void;
    fn lambda_mi_realloc_aligned(block: *mut c_void, size: usize, alignment: usize) -> *mut c_void;
    fn lambda_mi_free(block: *mut c_void);
}

/// What `mi_malloc` aligns blocks to that are at least as large (`MI_MAX_ALIGN_SIZE` of mimalloc.h).
const ALIGNMENT: usize = 16;

/// Whether `mi_malloc` and its like align a block of this layout as it asks.
fn is_aligned_anyhow(alignment: usize, size: usize) -> bool {
    alignment <= ALIGNMENT && alignment <= size
}

struct MiMalloc;

// SAFETY: blocks are mimalloc's, which are of the size that is asked for or larger, aligned as they ask, and none of another's until
// they are freed; it reports a lack of memory by null, and neither unwinds nor calls Rust. Each block comes from one of its functions, and
// goes back to `mi_free` or `mi_realloc`, which take a block of any of them.
unsafe impl GlobalAlloc for MiMalloc {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let (size, alignment) = (layout.size(), layout.align());
        if is_aligned_anyhow(alignment, size) {
            // SAFETY: it takes any size.
            unsafe { lambda_mi_malloc(size) }.cast()
        } else {
            // SAFETY: a layout's alignment is a power of two.
            unsafe { lambda_mi_malloc_aligned(size, alignment) }.cast()
        }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        let (size, alignment) = (layout.size(), layout.align());
        if is_aligned_anyhow(alignment, size) {
            // SAFETY: it takes any size.
            unsafe { lambda_mi_zalloc(size) }.cast()
        } else {
            // SAFETY: a layout's alignment is a power of two.
            unsafe { lambda_mi_zalloc_aligned(size, alignment) }.cast()
        }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let alignment = layout.align();
        if is_aligned_anyhow(alignment, size) {
            // SAFETY: the caller's promise: the block came from here, and is not used when another comes back.
            unsafe { lambda_mi_realloc(block.cast(), size) }.cast()
        } else {
            // SAFETY: as above; a layout's alignment is a power of two.
            unsafe { lambda_mi_realloc_aligned(block.cast(), size, alignment) }.cast()
        }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, _layout: Layout) {
        // SAFETY: the caller's promise: the block came from here, and is not used any more.
        unsafe { lambda_mi_free(block.cast()) }
    }
}

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;
