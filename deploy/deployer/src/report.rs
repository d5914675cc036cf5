//! What the user reads: progress on stderr, results on stdout.

use std::{collections::BTreeMap, io::Write};

use serde_json::Value;

/// Says what is being done.
pub(crate) fn progress(text: &str) {
    anstream::eprintln!("{text}");
}

/// Rows with aligned columns.
pub(crate) fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| {
        rows.iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count())
            .max()
    };
    let widths: Vec<_> = (0..columns).map(|column| width(column).unwrap_or_default()).collect();
    let mut text = String::new();
    for row in rows {
        let cells: Vec<_> = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        text += cells.join("  ").trim_end();
        text.push('\n');
    }
    text
}

/// A row for each name, with its value.
pub(crate) fn pairs(values: &BTreeMap<&str, &str>) -> String {
    let rows: Vec<_> = values
        .iter()
        .map(|(name, value)| vec![(*name).to_owned(), (*value).to_owned()])
        .collect();
    table(&rows)
}

/// Prints a result: a text for people, or JSON for machines.
pub(crate) fn result(json: bool, text: &str, value: &Value) {
    let mut stdout = anstream::stdout().lock();
    let text = if json { format!("{value:#}\n") } else { text.to_owned() };
    // Nobody reads it: there is nobody to tell.
    let _ = stdout.write_all(text.as_bytes());
}

/// Prints a line of a result that has no end.
pub(crate) fn line(text: &str) {
    let mut stdout = anstream::stdout().lock();
    // As above.
    let _ = writeln!(stdout, "{text}").and_then(|()| stdout.flush());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned() {
        let rows = [vec!["a".into(), "b".into()], vec!["long".into(), "c".into()]];
        assert_eq!(table(&rows), "a     b\nlong  c\n");
        assert_eq!(
            pairs(&BTreeMap::from([("long", "c"), ("a", "b")])),
            "a     b\nlong  c\n"
        );
    }
}
