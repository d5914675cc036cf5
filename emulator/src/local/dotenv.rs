//! Files of variables, in the form of [dotenv](https://github.com/motdotla/dotenv#readme): lines of NAME=VALUE, comments, quotes, and
//! `export` before a name. `${NAME}` in a value is not replaced.

use std::{fs, path::PathBuf};

use anyhow::{Result, bail};

/// A variable's name and value.
type Variable = (String, String);

/// Reads files, and says what is wrong in any of them at once.
pub(super) fn read_all(paths: impl Iterator<Item = PathBuf>) -> Result<Vec<Vec<Variable>>> {
    let mut all = Vec::new();
    let mut errors = Vec::new();
    for path in paths {
        match fs::read(&path).map(String::from_utf8) {
            Ok(Ok(text)) => {
                let (variables, wrong) = parse(&text);
                all.push(variables);
                errors.extend(
                    wrong
                        .into_iter()
                        .map(|(line, what)| format!("{}:{line}: {what}", path.display())),
                );
            }
            Ok(Err(_)) => errors.push(format!("{} is no text in UTF-8: save it as one", path.display())),
            Err(error) => errors.push(format!(
                "cannot read {}: {error}; give --env-file a file of lines NAME=VALUE",
                path.display()
            )),
        }
    }
    if errors.is_empty() {
        Ok(all)
    } else {
        bail!("{}", errors.join("\n"))
    }
}

/// The variables, and what is wrong by line.
fn parse(text: &str) -> (Vec<Variable>, Vec<(usize, String)>) {
    let mut variables = Vec::new();
    let mut errors = Vec::new();
    let mut rest = text.trim_start_matches('\u{feff}');
    let mut line = 1;
    while !rest.is_empty() {
        let (taken, found) = entry(rest);
        match found {
            Ok(variable) => variables.extend(variable),
            Err(what) => errors.push((line, what)),
        }
        line += rest[..taken].matches('\n').count();
        rest = &rest[taken..];
    }
    (variables, errors)
}

/// The variable that a text begins with, unless its first line has none, and how long that is, up to the next line.
fn entry(text: &str) -> (usize, Result<Option<Variable>, String>) {
    let end = text.find('\n').map_or(text.len(), |end| end + 1);
    let line = text[..end].trim();
    if line.is_empty() || line.starts_with('#') {
        return (end, Ok(None));
    }
    let Some((name, _)) = line.split_once('=') else {
        return (end, Err(format!("{line:?} has no value: write it as NAME=VALUE")));
    };
    let name = name.trim();
    let name = name.strip_prefix("export ").map_or(name, str::trim_start);
    let is_first = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_';
    let is_name =
        name.bytes().next().is_some_and(is_first) && name.bytes().all(|byte| is_first(byte) || byte.is_ascii_digit());
    if !is_name {
        return (
            end,
            Err(format!(
                "{name:?} cannot be a variable's name: use letters, digits and `_`, with no digit first"
            )),
        );
    }
    let start = text.find('=').map_or(end, |equals| equals + 1);
    let raw = text[start..].trim_start_matches([' ', '\t']);
    let Some(quote) = raw.chars().next().filter(|first| ['"', '\''].contains(first)) else {
        let value = line.split_once('=').map_or("", |(_, value)| value);
        return (end, Ok(Some((name.to_owned(), unquoted(value)))));
    };
    let Some((value, length)) = quoted(&raw[1..], quote) else {
        return (
            end,
            Err(format!("the value of {name} has no {quote} at its end: add it")),
        );
    };
    let after = &raw[1 + length..];
    let taken = text.len() - after.len() + after.find('\n').map_or(after.len(), |end| end + 1);
    let left = after.lines().next().unwrap_or_default().trim();
    if !left.is_empty() && !left.starts_with('#') {
        return (
            taken,
            Err(format!(
                "{left:?} follows the quoted value of {name}: take it out, or into the quotes"
            )),
        );
    }
    (taken, Ok(Some((name.to_owned(), value))))
}

/// A value without quotes, which ends before a comment.
fn unquoted(value: &str) -> String {
    let comment = value
        .match_indices('#')
        .find(|(at, _)| *at == 0 || value[..*at].ends_with([' ', '\t']));
    value[..comment.map_or(value.len(), |(at, _)| at)].trim().to_owned()
}

/// A value in quotes, which may have several lines, and how long it is with the last quote.
fn quoted(text: &str, quote: char) -> Option<(String, usize)> {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        if character == quote {
            return Some((value, at + quote.len_utf8()));
        }
        if character != '\\' || quote == '\'' {
            value.push(character);
            continue;
        }
        match characters.next()?.1 {
            'n' => value.push('\n'),
            'r' => value.push('\r'),
            't' => value.push('\t'),
            escaped @ ('"' | '\\' | '$' | '`') => value.push(escaped),
            other => value.extend(['\\', other]),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_a_variable_a_line() {
        let text = "\u{feff}# comment\r\nA=1\r\n  export B = two words # comment \nC=a#b=c\nD=\n\nE='# $X \\n'\nF=\"a\\n\\\"b\\\" \
                    \\d\"  # comment\nG=\"two\nlines\"\nH=last";
        let (variables, errors) = parse(text);
        assert_eq!(errors, []);
        let expected = [
            ("A", "1"),
            ("B", "two words"),
            ("C", "a#b=c"),
            ("D", ""),
            ("E", "# $X \\n"),
            ("F", "a\n\"b\" \\d"),
            ("G", "two\nlines"),
            ("H", "last"),
        ];
        assert_eq!(
            variables,
            expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
    }

    #[test]
    fn all_that_is_wrong_is_said_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("local.env");
        fs::write(&path, "A=\"\n1\"\nNAME\n1B=2\nC=\"x\" y\nD='open\n").unwrap();
        let missing = folder.path().join("none.env");
        let error = read_all([path, missing].into_iter()).unwrap_err().to_string();
        let lines: Vec<_> = error.lines().collect();
        assert_eq!(lines.len(), 5, "{error}");
        for (line, parts) in lines.iter().zip([
            ["local.env:3: ", "\"NAME\" has no value"],
            ["local.env:4: ", "\"1B\" cannot be a variable's name"],
            ["local.env:5: ", "\"y\" follows the quoted value of C"],
            ["local.env:6: ", "D has no ' at its end"],
            ["none.env", "cannot read"],
        ]) {
            assert!(parts.iter().all(|part| line.contains(part)), "{line}");
        }
    }
}
