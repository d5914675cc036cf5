//! Sums orders by customer in a SQLite database in memory.

use lambda_runtime::{run, service_fn, Error, LambdaEvent};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct Order {
    customer: String,
    cents: i64,
}

#[derive(Serialize)]
struct Total {
    customer: String,
    orders: i64,
    cents: i64,
}

fn totals(orders: &[Order]) -> rusqlite::Result<Vec<Total>> {
    let mut database = Connection::open_in_memory()?;
    database.execute_batch("CREATE TABLE orders (customer TEXT NOT NULL, cents INTEGER NOT NULL)")?;
    let transaction = database.transaction()?;
    for order in orders {
        transaction
            .prepare_cached("INSERT INTO orders (customer, cents) VALUES (?1, ?2)")?
            .execute((&order.customer, order.cents))?;
    }
    transaction.commit()?;
    let mut statement =
        database.prepare("SELECT customer, count(*), sum(cents) FROM orders GROUP BY customer ORDER BY customer")?;
    let rows = statement.query_map((), |row| {
        Ok(Total {
            customer: row.get(0)?,
            orders: row.get(1)?,
            cents: row.get(2)?,
        })
    })?;
    rows.collect()
}

async fn handler(event: LambdaEvent<Vec<Order>>) -> Result<Vec<Total>, Error> {
    Ok(totals(&event.payload)?)
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(handler)).await
}
