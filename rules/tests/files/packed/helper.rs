//! A program that is bundled with a function.

fn main() {
    let word = std::env::args().nth(1).expect("it is called with a word");
    let optimised = !cfg!(debug_assertions);
    println!("{word} from {}, optimised: {optimised}", std::env::consts::OS);
}
