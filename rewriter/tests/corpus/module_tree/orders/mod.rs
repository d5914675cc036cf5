pub mod tax;

use serde::Deserialize;

#[derive(Deserialize)]
pub struct Order {
    pub country: String,
    lines: Vec<Line>,
}

#[derive(Deserialize)]
struct Line {
    cents: u64,
    quantity: u64,
}

impl Order {
    pub fn net(&self) -> u64 {
        self.lines.iter().map(|line| line.cents * line.quantity).sum()
    }
}
