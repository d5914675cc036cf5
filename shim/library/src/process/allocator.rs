//! How the process's allocator treats memory that an invocation gave back.

/// Has the allocator keep what is freed for the next invocation, instead of giving it to the system and asking for it again:
/// for events of 100 KB and more, that costs more than parsing them.
///
/// What the largest event took stays with the process. A Lambda function is billed for the memory that it is configured with,
/// whether it uses it or not. Does nothing where the allocator is not glibc's.
pub(crate) fn keep_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        use std::ffi::c_int;

        unsafe extern "C" {
            fn mallopt(parameter: c_int, value: c_int) -> c_int;
        }
        const M_TRIM_THRESHOLD: c_int = -1;
        const M_TOP_PAD: c_int = -2;
        const M_MMAP_THRESHOLD: c_int = -3;
        // The largest that glibc takes for a threshold of mappings; those are given back with each block.
        const LARGEST_MAPPING: c_int = 32 << 20;
        const AHEAD: c_int = 1 << 20;
        for (parameter, value) in [
            (M_TRIM_THRESHOLD, c_int::MAX),
            (M_MMAP_THRESHOLD, LARGEST_MAPPING),
            (M_TOP_PAD, AHEAD),
        ] {
            // SAFETY: these parameters may be set at any time.
            unsafe { mallopt(parameter, value) };
        }
    }
}
