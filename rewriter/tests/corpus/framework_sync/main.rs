//! A framework that makes the runtime too, under a synchronous main.

use corpus_framework::{Reply, Task};

fn main() {
    corpus_framework::start(|task: Task| async move { Reply::success(task.words.concat()) });
}
