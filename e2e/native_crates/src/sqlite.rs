//! Sums orders by customer in a SQLite database in memory, and asks for what it can't have.

use lambda_runtime::{run, service_fn, Error, LambdaEvent};
use rusqlite::Connection;
use serde_json::{json, Value};

fn answer(event: &Value) -> Result<Value, Error> {
    let database = Connection::open_in_memory()?;
    database.execute_batch("CREATE TABLE orders (customer TEXT NOT NULL, cents INTEGER NOT NULL)")?;
    for order in event.as_array().ok_or("no list of orders")? {
        database.execute(
            "INSERT INTO orders SELECT ?1 ->> 'customer', ?1 ->> 'cents'",
            [order.to_string()],
        )?;
    }
    let totals = database.query_row(
        "SELECT json_group_array(json_array(customer, cents, share)) FROM (
             SELECT customer, sum(cents) AS cents, round(1.0 * sum(cents) / (SELECT sum(cents) FROM orders), 3) AS share
             FROM orders GROUP BY customer ORDER BY customer
         )",
        (),
        |row| row.get::<_, String>(0),
    )?;
    let wrong = database.execute("INSERT INTO orders VALUES (NULL, 1)", ());
    Ok(json!({
        "totals": serde_json::from_str::<Value>(&totals)?,
        "wrong": wrong.err().map(|error| error.to_string()),
    }))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(
        |event: LambdaEvent<Value>| async move { answer(&event.payload) },
    ))
    .await
}
