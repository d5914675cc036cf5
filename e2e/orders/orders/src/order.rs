//! An order, and the ID that it is written as.

use std::fmt::{self, Display, Formatter};

use serde::{Deserialize, Serialize};

use crate::price;

/// How many of a product can be in an order.
const MOST: u32 = 100;

/// A product, and how many of it.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    pub product: String,
    pub quantity: u32,
}

/// What a customer has ordered; all of it is sold.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    items: Vec<Item>,
    total_cents: u32,
}

/// Why something is no order.
#[derive(Clone, Debug, PartialEq)]
pub enum Problem {
    Empty,
    NotSold(String),
    Quantity(String),
    Twice(String),
    NoId,
}

impl Display for Problem {
    fn fmt(&self, formatter: &mut Formatter) -> fmt::Result {
        match self {
            Self::Empty => write!(formatter, "an order has one item or more"),
            Self::NotSold(product) => write!(formatter, "{product} is not sold"),
            Self::Quantity(product) => write!(formatter, "of {product}, 1 to {MOST} can be ordered"),
            Self::Twice(product) => write!(formatter, "{product} is there twice"),
            Self::NoId => write!(formatter, "there is no order of this ID"),
        }
    }
}

impl std::error::Error for Problem {}

impl Order {
    /// An order of items.
    ///
    /// # Errors
    ///
    /// All that is wrong with them.
    pub fn new(items: Vec<Item>) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut total_cents = 0;
        if items.is_empty() {
            problems.push(Problem::Empty);
        }
        for (at, item) in items.iter().enumerate() {
            let product = || item.product.clone();
            match price::of(&item.product) {
                None => problems.push(Problem::NotSold(product())),
                Some(_) if !(1..=MOST).contains(&item.quantity) => problems.push(Problem::Quantity(product())),
                Some(_) if items[..at].iter().any(|other| other.product == item.product) => {
                    problems.push(Problem::Twice(product()));
                }
                Some(price) => total_cents += price * item.quantity,
            }
        }
        if problems.is_empty() {
            Ok(Self { items, total_cents })
        } else {
            Err(problems)
        }
    }

    /// The order of an ID that [`Order::id`] has written.
    ///
    /// # Errors
    ///
    /// [`Problem::NoId`] for any other text.
    pub fn from_id(id: &str) -> Result<Self, Problem> {
        let items = id
            .split_once('~')
            .and_then(|(items, _)| items.split(',').map(item).collect());
        let order = items.and_then(|items| Self::new(items).ok());
        order.filter(|order| order.id() == id).ok_or(Problem::NoId)
    }

    /// What was ordered, and a sum by which a mistyped ID is noticed: `tea:2,cup:1~a3887f50`.
    pub fn id(&self) -> String {
        let items: Vec<_> = self
            .items
            .iter()
            .map(|item| format!("{}:{}", item.product, item.quantity))
            .collect();
        let items = items.join(",");
        format!("{items}~{:08x}", check_sum(&items))
    }

    pub fn items(&self) -> &[Item] {
        &self.items
    }

    pub fn total_cents(&self) -> u32 {
        self.total_cents
    }
}

fn item(text: &str) -> Option<Item> {
    let (product, quantity) = text.split_once(':')?;
    Some(Item {
        product: product.to_owned(),
        quantity: quantity.parse().ok()?,
    })
}

/// FNV-1a, of 32 bits.
fn check_sum(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |sum, byte| {
        (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(of: &[(&str, u32)]) -> Vec<Item> {
        let item = |(product, quantity): &(&str, u32)| Item {
            product: (*product).to_owned(),
            quantity: *quantity,
        };
        of.iter().map(item).collect()
    }

    #[test]
    fn an_id_is_read_as_the_order_that_it_was_written_of() {
        let order = Order::new(items(&[("tea", 2), ("cup", 1)])).expect("both are sold");
        assert_eq!(order.total_cents(), 2 * 480 + 650);
        assert!(order.id().starts_with("tea:2,cup:1~"), "{}", order.id());
        assert_eq!(Order::from_id(&order.id()), Ok(order));
    }

    #[test]
    fn other_texts_are_no_ids() {
        let id = Order::new(items(&[("tea", 2)])).expect("it is sold").id();
        for text in [
            "",
            "~",
            "tea:2",
            "tea:3~00000000",
            &id.replace(":2", ":3"),
            &id.replace(":2", ":02"),
            &format!("{id}0"),
        ] {
            assert_eq!(Order::from_id(text), Err(Problem::NoId), "{text}");
        }
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        assert_eq!(Order::new(Vec::new()), Err(vec![Problem::Empty]));
        let problems = Order::new(items(&[
            ("tea", 0),
            ("coffee", 1),
            ("cup", 1),
            ("cup", MOST),
            ("kettle", MOST + 1),
        ]));
        let of = |product: &str| product.to_owned();
        let expected = vec![
            Problem::Quantity(of("tea")),
            Problem::NotSold(of("coffee")),
            Problem::Twice(of("cup")),
            Problem::Quantity(of("kettle")),
        ];
        assert_eq!(problems, Err(expected));
    }
}
