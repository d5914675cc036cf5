//! Which event comes when.

use crate::events::SIZES;

/// What an event is.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Kind {
    /// One of a number of bytes.
    Plain(usize),
    /// One that has the handler fail in a way.
    Failing(&'static str),
}

/// The event of a place in the order: small ones mostly, some of 100 KB, every hundredth of 1 MB, an error and a panic in each thousand.
pub fn kind(place: u64) -> Kind {
    let [tiny, kb, kb_10, kb_100, mb, _] = SIZES.map(|size| size.bytes);
    match place {
        place if place % 1000 == 250 => Kind::Failing("error"),
        place if place % 1000 == 750 => Kind::Failing("panic"),
        place if place % 100 == 99 => Kind::Plain(mb),
        place if place % 20 == 10 => Kind::Plain(kb_100),
        place if place % 5 == 2 => Kind::Plain(kb_10),
        place if place % 2 == 1 => Kind::Plain(kb),
        _ => Kind::Plain(tiny),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_thousand_events_have_all_there_is() {
        let mut counts: BTreeMap<Kind, usize> = BTreeMap::new();
        for place in 0..1000 {
            *counts.entry(kind(place)).or_default() += 1;
        }
        let count = |bytes| counts[&Kind::Plain(bytes)];
        assert_eq!(
            (counts[&Kind::Failing("error")], counts[&Kind::Failing("panic")]),
            (1, 1)
        );
        assert_eq!((count(1024 * 1024), count(100 * 1024)), (10, 48));
        assert!(
            count(19) > 300 && count(1024) > 300 && count(10 * 1024) > 100,
            "{counts:?}"
        );
        assert_eq!(counts.values().sum::<usize>(), 1000);
        // Each part of a run ends behind the same kind of event.
        assert_eq!(kind(99), kind(999));
    }
}
