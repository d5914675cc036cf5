//! How far the run is.

use std::time::Instant;

/// Counts what is done, and tells of each step.
pub struct Progress {
    whole: usize,
    done: usize,
    start: Instant,
}

impl Progress {
    /// Of steps that weigh so much in all.
    pub fn new(whole: usize) -> Self {
        Self {
            whole,
            done: 0,
            start: Instant::now(),
        }
    }

    /// Tells that a step was made, which weighs as much as it takes time.
    pub fn step(&mut self, weight: usize, what: &str) {
        self.done += weight;
        let elapsed = self.start.elapsed().as_secs_f64();
        let left = elapsed / self.done as f64 * self.whole.saturating_sub(self.done) as f64;
        let percent = 100 * self.done / self.whole.max(self.done);
        eprintln!(
            "[{percent:3} %, {:2.0} min {:02.0} s left] {what}",
            (left / 60.0).floor(),
            left % 60.0
        );
    }
}
