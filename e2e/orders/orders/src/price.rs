//! The price list, which the build script makes of `prices.csv`.

/// What is sold, sorted by name, with prices in cents.
pub fn list() -> &'static [(&'static str, u32)] {
    include!(concat!(env!("OUT_DIR"), "/prices.rs"))
}

/// The price of a product, if it is sold.
pub fn of(product: &str) -> Option<u32> {
    let at = list().binary_search_by_key(&product, |(name, _)| name).ok()?;
    Some(list()[at].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_product_is_found() {
        assert!(!list().is_empty());
        for (product, price) in list() {
            assert_eq!(of(product), Some(*price), "{product}");
        }
        assert_eq!(of("coffee"), None);
    }
}
