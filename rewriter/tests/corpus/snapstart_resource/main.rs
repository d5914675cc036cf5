//! Hooks around SnapStart's snapshot.

use std::sync::{Arc, Mutex};

use lambda_runtime::{service_fn, BoxFuture, Error, LambdaEvent, Runtime, SnapStartResource};

struct Cache {
    entries: Mutex<Vec<String>>,
}

impl SnapStartResource for Cache {
    fn before_snapshot(&self) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(async {
            self.entries.lock().unwrap().shrink_to_fit();
            Ok(())
        })
    }

    fn after_restore(&self) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(async {
            self.entries.lock().unwrap().clear();
            Ok(())
        })
    }
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let cache = Arc::new(Cache {
        entries: Mutex::default(),
    });
    let handler = |event: LambdaEvent<String>| {
        let mut entries = cache.entries.lock().unwrap();
        entries.push(event.payload);
        let last = entries.last().cloned();
        async move { Ok::<_, Error>(last) }
    };
    Runtime::new(service_fn(handler))
        .register_snapstart_resource(cache.clone())
        .run()
        .await
}
