//! A framework's crate starts the loop; the program never names it.

use corpus_framework::{serve, Reply, Task};

async fn summarise(task: Task) -> Reply {
    if task.words.is_empty() {
        return Reply::failure("there is nothing to summarise");
    }
    Reply::success(format!("{} words for {}", task.words.len(), task.owner))
}

#[tokio::main]
async fn main() {
    serve(summarise).await;
}
