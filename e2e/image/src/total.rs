use serde_json::Value;

/// What an order's items cost together; those without a price or a quantity are left out.
pub fn of(order: &Value) -> u64 {
    let mut total = 0;
    for item in order["items"].as_array().into_iter().flatten() {
        // Chains of `let` are new in edition 2024.
        if let Some(price) = item["price"].as_u64()
            && let Some(quantity) = item["quantity"].as_u64()
        {
            total += price * quantity;
        }
    }
    total
}
