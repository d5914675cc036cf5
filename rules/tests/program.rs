//! A program that is never compiled: what is made of it is refused.

fn main() {}
