//! Makes a table of `prices.csv`, sorted by the products' names.

use std::{
    collections::BTreeMap,
    env,
    fmt::Write,
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

const PRICES: &str = "prices.csv";

/// Prices by product, or what is wrong with the lines.
fn read(text: &str) -> Result<BTreeMap<&str, u32>, String> {
    let mut prices = BTreeMap::new();
    let mut problems = String::new();
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.starts_with('#')) {
        let parts = line
            .split_once(',')
            .map(|(product, price)| (product.trim(), price.trim().parse()));
        let problem = match parts {
            Some((product, Ok(price))) if is_name(product) => match prices.insert(product, price) {
                Some(_) => "has a price already",
                None => continue,
            },
            Some((_, Ok(_))) => "a product's name is of small letters and `-`",
            _ => "write `product,cents`",
        };
        // Writing to a String can't fail.
        let _ = writeln!(problems, "{PRICES}:{number}: {problem}: {line}");
    }
    if problems.is_empty() {
        Ok(prices)
    } else {
        Err(problems)
    }
}

/// Whether an order's ID can hold it.
fn is_name(product: &str) -> bool {
    !product.is_empty() && product.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
}

fn generate(folder: &Path, out: &Path) -> Result<(), String> {
    let text = fs::read_to_string(folder.join(PRICES)).map_err(|error| format!("{PRICES}: {error}"))?;
    let prices = read(&text)?;
    let table = format!("&{:?}", prices.into_iter().collect::<Vec<_>>());
    fs::write(out.join("prices.rs"), table).map_err(|error| format!("prices.rs: {error}"))
}

fn folder(variable: &str) -> Result<PathBuf, String> {
    env::var_os(variable)
        .map(PathBuf::from)
        .ok_or_else(|| format!("{variable} is not set"))
}

fn main() -> ExitCode {
    println!("cargo:rerun-if-changed={PRICES}");
    let done = folder("CARGO_MANIFEST_DIR").and_then(|from| generate(&from, &folder("OUT_DIR")?));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(problems) => {
            eprintln!("{problems}");
            ExitCode::FAILURE
        }
    }
}
