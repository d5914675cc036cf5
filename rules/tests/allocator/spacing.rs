//! How far apart the closest of many small boxes lie.

/// In bytes: 8 with mimalloc, 32 with glibc's allocator.
pub fn closest() -> Option<usize> {
    let boxes: Vec<Box<u64>> = (0..64).map(Box::new).collect();
    let mut addresses: Vec<usize> = boxes.iter().map(|value| std::ptr::from_ref(value.as_ref()).addr()).collect();
    addresses.sort_unstable();
    addresses.windows(2).map(|pair| pair[1] - pair[0]).min()
}
