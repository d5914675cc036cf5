//! A closure that shares a client among invocations.

use std::{collections::HashMap, sync::Arc};

use lambda_runtime::{service_fn, Error, LambdaEvent};
use serde_json::{json, Value};

struct Client {
    users: HashMap<u64, &'static str>,
}

impl Client {
    async fn connect() -> Self {
        Self {
            users: HashMap::from([(1, "Ada"), (2, "Grace")]),
        }
    }

    async fn user(&self, id: u64) -> Result<&str, Error> {
        self.users
            .get(&id)
            .copied()
            .ok_or_else(|| format!("no user {id}").into())
    }
}

async fn handler(client: Arc<Client>, event: LambdaEvent<Value>) -> Result<Value, Error> {
    let id = event.payload["id"].as_u64().unwrap_or_default();
    Ok(json!({ "user": client.user(id).await? }))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let client = Arc::new(Client::connect().await);
    lambda_runtime::run(service_fn(move |event| handler(Arc::clone(&client), event))).await
}
