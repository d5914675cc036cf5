//! Words of a text: in C++, with one function of Rust's that C++ calls.

#[cxx::bridge(namespace = "bridge")]
mod ffi {
    extern "Rust" {
        fn halved(number: i32) -> Result<i32>;
    }

    unsafe extern "C++" {
        include!("bridge/include/words.h");

        /// The words of a text.
        type Words;

        /// Parts a text at its blanks.
        fn words(text: &str) -> UniquePtr<Words>;

        /// The longest of them, the first if several are; there is none in an empty text, which is an exception.
        fn longest(&self) -> Result<String>;

        /// How long each is, found by a thread for each.
        fn lengths_by_threads(&self) -> UniquePtr<CxxVector<u32>>;

        /// How many of them are numbers, as a regular expression says.
        fn numbers(&self) -> u32;

        /// What Rust says is half of it, or Rust's error.
        fn halved_by_rust(number: i32) -> String;
    }
}

pub use ffi::{halved_by_rust, words, Words};

fn halved(number: i32) -> Result<i32, String> {
    if number % 2 == 0 {
        Ok(number / 2)
    } else {
        Err(format!("{number} is odd"))
    }
}
