//! Ids that look random, but are the same in every run and for every program that is compared.

use uuid::{Builder, Uuid};

/// A UUID of version 4 that follows from what is given.
pub(crate) fn uuid(parts: &[&str]) -> Uuid {
    Builder::from_random_bytes(hash(parts).to_be_bytes()).into_uuid()
}

/// An X-Ray trace header that follows from what is given. Its time is the year 2000, as the log stream's.
pub(crate) fn trace_id(parts: &[&str]) -> String {
    let trace = format!("{:032x}", hash(&[parts, &["trace"]].concat()));
    let parent = format!("{:032x}", hash(&[parts, &["parent"]].concat()));
    format!("Root=1-386d4380-{};Parent={};Sampled=0", &trace[8..], &parent[16..])
}

/// FNV-1a of 128 bits. The standard library's hashes may change from one version to the next.
fn hash(parts: &[&str]) -> u128 {
    const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    // No text has a byte of this value, so it keeps the parts apart.
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0xff]));
    bytes.fold(OFFSET, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_the_right_shape_and_follow_from_their_parts() {
        let id = uuid(&["0", "ada"]);
        assert_eq!(id.get_version_num(), 4);
        assert_eq!(id, uuid(&["0", "ada"]));
        assert_ne!(id, uuid(&["1", "ada"]));
        assert_ne!(uuid(&["a", "b"]), uuid(&["ab"]));
        let trace = trace_id(&["0", "ada"]);
        assert_ne!(trace, trace_id(&["1", "ada"]));
        let lengths: Vec<_> = trace.split([';', '-', '=']).map(str::len).collect();
        assert_eq!(lengths, [4, 1, 8, 24, 6, 16, 7, 1]);
    }
}
