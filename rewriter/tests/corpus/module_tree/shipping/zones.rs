pub fn cost(country: &str) -> u64 {
    match country {
        "GB" => 300,
        _ => 900,
    }
}
