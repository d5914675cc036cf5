//! What an invocation costs by Lambda's price list.

use std::fmt::Write;

use crate::cold::WHOLE_MB;

/// What Lambda asks for, in USD, for the first tier of a region.
pub struct Prices {
    /// The region.
    pub region: &'static str,
    /// When it was listed so.
    pub as_of: &'static str,
    /// For a second of a GB of memory, by architecture.
    pub gb_second: [(&'static str, f64); 2],
    /// For a request.
    pub request: f64,
}

/// The price list (<https://aws.amazon.com/lambda/pricing/>).
pub const PRICES: Prices = Prices {
    region: "us-east-1",
    as_of: "2024",
    gb_second: [("x86_64", 0.000_016_666_7), ("arm64", 0.000_013_333_4)],
    request: 0.20 / 1e6,
};

/// The settings of memory, in MB, that costs are told for.
pub const MEMORY_MB: [u32; 3] = [128, 512, WHOLE_MB];

/// How much longer an invocation takes than on a whole core: below one CPU, its share goes with the memory.
pub fn slowdown(memory_mb: u32) -> f64 {
    (f64::from(WHOLE_MB) / f64::from(memory_mb)).max(1.0)
}

/// What is billed for an invocation on average, in milliseconds: each is rounded up by itself.
pub fn billed_ms(samples_us: &[f64], memory_mb: u32) -> Option<f64> {
    let slowdown = slowdown(memory_mb);
    let billed: f64 = samples_us.iter().map(|us| (us * slowdown / 1e3).ceil()).sum();
    (!samples_us.is_empty()).then(|| billed / samples_us.len() as f64)
}

/// What a million invocations cost, in USD.
pub fn per_million(billed_ms: f64, memory_mb: u32, gb_second: f64) -> f64 {
    let gb_seconds = f64::from(memory_mb) / 1024.0 * billed_ms / 1e3;
    1e6 * (gb_seconds * gb_second + PRICES.request)
}

/// The facts and the assumptions, as text.
pub fn terms() -> String {
    let mut text = String::new();
    for (architecture, price) in PRICES.gb_second {
        write!(text, "{price:.10} USD per GB-second on {architecture}, ").expect("a string takes all that is written");
    }
    format!(
        "{text}{:.2} USD per million requests (AWS's [price list](https://aws.amazon.com/lambda/pricing/) for {}, first tier, as it was in {})",
        PRICES.request * 1e6,
        PRICES.region,
        PRICES.as_of,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_invocation_is_rounded_up_to_a_millisecond() {
        // On a whole CPU, 0.2 ms, 1.0 ms and 1.2 ms.
        assert_eq!(billed_ms(&[200.0, 1000.0, 1200.0], WHOLE_MB), Some(4.0 / 3.0));
        assert_eq!(billed_ms(&[], 512), None);
    }

    #[test]
    fn less_memory_has_less_of_the_cpu_and_more_has_no_more_of_one() {
        assert_eq!(billed_ms(&[1000.0], 512), Some(4.0));
        assert_eq!(billed_ms(&[1000.0], 128), Some(14.0));
        assert_eq!(slowdown(10_240), 1.0);
    }

    #[test]
    fn a_million_costs_its_gb_seconds_and_its_requests() {
        // 1 GB for 1 s, a million times.
        let cost = per_million(1000.0, 1024, PRICES.gb_second[0].1);
        assert!((cost - (16.6667 + 0.20)).abs() < 1e-9, "{cost}");
        let least = per_million(1.0, 128, PRICES.gb_second[1].1);
        assert!((least - 0.201_666_675).abs() < 1e-9, "{least}");
    }

    #[test]
    fn terms_name_price_region_and_date() {
        let terms = terms();
        for part in [
            "0.0000166667",
            "0.0000133334",
            "0.20 USD per million",
            "us-east-1",
            "2024",
        ] {
            assert!(terms.contains(part), "{terms}");
        }
    }
}
