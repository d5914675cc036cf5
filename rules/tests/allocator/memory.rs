//! How memory is given: by what it tells one allocator from another, whether it is kept, and where it is in huge pages.

use std::{fs, thread, time::Duration};

use serde_json::{json, Value};

/// What there is to see.
pub fn seen() -> Value {
    json!({ "bytes": closest(), "keeps": keeps(), "huge": huge() })
}

/// How far apart the closest of many small boxes lie, in bytes: 8 with mimalloc, 32 with glibc's allocator.
fn closest() -> Option<usize> {
    let boxes: Vec<Box<u64>> = (0..64).map(Box::new).collect();
    let mut addresses: Vec<usize> = boxes.iter().map(|value| std::ptr::from_ref(value.as_ref()).addr()).collect();
    addresses.sort_unstable();
    addresses.windows(2).map(|pair| pair[1] - pair[0]).min()
}

const PAGE: usize = 4096;
const PAGES: usize = 2048;

/// Whether pages that were freed are there still for what comes more than a second later.
fn keeps() -> bool {
    touch();
    thread::sleep(Duration::from_millis(1500));
    let before = faults();
    touch();
    faults() - before < PAGES / 4
}

fn touch() {
    let mut memory = vec![0u8; PAGE * PAGES];
    memory.iter_mut().step_by(PAGE).for_each(|byte| *byte = 1);
    std::hint::black_box(&memory);
}

/// How many pages this process has been given.
fn faults() -> usize {
    let status = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let behind_name = status.rsplit(')').next().unwrap_or_default();
    behind_name.split_whitespace().nth(7).and_then(|count| count.parse().ok()).unwrap_or(0)
}

/// Whether huge pages are asked for where a small value lies, and at the end of a large one.
fn huge() -> Value {
    let (small, large) = (Box::new(0u64), vec![1u8; 16 << 20]);
    json!({
        "small": is_huge(std::ptr::from_ref(small.as_ref()).addr()),
        "large": is_huge(large.as_ptr().addr() + large.len() - PAGE),
    })
}

/// What the kernel was told of the mapping with this address.
fn is_huge(address: usize) -> Option<bool> {
    let maps = fs::read_to_string("/proc/self/smaps").ok()?;
    let mut lines = maps.lines().skip_while(|line| !is_of(line, address));
    let flags = lines.find_map(|line| line.strip_prefix("VmFlags:"))?;
    Some(flags.split_whitespace().any(|flag| flag == "hg"))
}

/// Whether a line begins the description of the mapping with this address: `7f0000000000-7f0000001000 rw-p …`.
fn is_of(line: &str, address: usize) -> bool {
    let Some((from, to)) = line.split_whitespace().next().and_then(|range| range.split_once('-')) else {
        return false;
    };
    let bound = |number: &str| usize::from_str_radix(number, 16).ok();
    bound(from).is_some_and(|from| from <= address) && bound(to).is_some_and(|to| address < to)
}
