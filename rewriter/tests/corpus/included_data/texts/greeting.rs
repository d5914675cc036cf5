pub fn of(name: &str) -> String {
    include_str!("../data/greeting.txt").trim_end().replace("NAME", name)
}
