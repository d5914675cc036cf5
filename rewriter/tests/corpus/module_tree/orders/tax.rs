const PERCENT: u64 = 20;

pub fn with_tax(net: u64) -> u64 {
    net + net * PERCENT / 100
}
