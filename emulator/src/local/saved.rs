//! The saved events that the page offers, by the functions that they are for.

use std::path::{Path, PathBuf};

/// What ends the names of files that hold what a test expects.
const EXPECTED: [&str; 2] = [".response.json", ".error.json"];

/// A file with an event.
#[derive(Debug, PartialEq)]
pub(super) struct SavedEvent<'a> {
    pub path: &'a Path,
    /// The file's name without its ending.
    pub name: String,
    /// The function that it is for, where the file tells.
    pub function: Option<&'a str>,
}

/// The events among files. `events = glob(["testdata/*.json"])` takes what tests expect, too.
pub(super) fn saved_events<'a>(files: &'a [PathBuf], functions: &[&'a str]) -> Vec<SavedEvent<'a>> {
    files
        .iter()
        .filter(|path| !is_expected(path))
        .map(|path| SavedEvent {
            path,
            name: stem(path),
            function: function_of(path, functions),
        })
        .collect()
}

fn is_expected(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    EXPECTED.iter().any(|ending| name.ends_with(ending))
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// The function whose name the file has, or begins with, or that a folder above it has. The longest name tells most.
pub(super) fn function_of<'a>(path: &Path, functions: &[&'a str]) -> Option<&'a str> {
    let [_, _, ..] = functions else { return None };
    let stem = stem(path);
    let begins = |name: &str| {
        stem.strip_prefix(name)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_', '.']))
    };
    let by_name = functions
        .iter()
        .filter(|name| begins(name))
        .max_by_key(|name| name.len());
    let mut folders = path.ancestors().skip(1).filter_map(Path::file_name);
    by_name
        .or_else(|| folders.find_map(|folder| functions.iter().find(|name| folder == **name)))
        .copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tests_expect_is_no_event() {
        let files = ["a.json", "a.response.json", "b.error.json", "response.json"].map(PathBuf::from);
        let names: Vec<_> = saved_events(&files, &["hello"])
            .into_iter()
            .map(|event| event.name)
            .collect();
        assert_eq!(names, ["a", "response"]);
    }

    #[test]
    fn a_file_tells_its_function() {
        let functions = ["order", "order_history", "shop"];
        for (path, expected) in [
            ("app/testdata/order.json", Some("order")),
            ("app/testdata/order-empty.json", Some("order")),
            ("app/testdata/order_history.full.json", Some("order_history")),
            ("app/testdata/shop/ada.json", Some("shop")),
            ("shop/testdata/order.json", Some("order")),
            ("app/testdata/orders.json", None),
            ("app/testdata/ada.json", None),
        ] {
            assert_eq!(function_of(Path::new(path), &functions), expected, "{path}");
        }
        // There is nothing to tell apart.
        assert_eq!(function_of(Path::new("hello.json"), &["hello"]), None);
    }
}
