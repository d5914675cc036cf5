//! What an order is, what it costs, and what is told of it.
//!
//! Nothing is stored: an order's ID says what was ordered, so that each function can read it by itself.

mod event;
mod order;
mod price;

pub use event::{Event, OrderEvent};
pub use order::{Item, Order, Problem};
pub use price::{list, of};
