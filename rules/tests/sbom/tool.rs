fn main() {
    println!("{}", words::words());
}
