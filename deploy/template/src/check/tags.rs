//! Tags, as all services take them that a stack's resources belong to.
//!
//! As Lambda's API has them, whose model botocore publishes (the shapes `TagKey` and `TagValue`), and
//! <https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html>.

use std::collections::BTreeMap;

const MOST: usize = 50;
const LONGEST_NAME: usize = 128;
const LONGEST_VALUE: usize = 256;

/// Says what is wrong with a stack's tags.
pub(super) fn check(tags: &BTreeMap<String, String>, problems: &mut Vec<String>) {
    if tags.len() > MOST {
        problems.push(format!("`aws_tags` has {}, and AWS takes {MOST}", tags.len()));
    }
    for (name, value) in tags {
        let length = name.chars().count();
        if name.to_lowercase().starts_with("aws:") {
            problems.push(format!(
                "`aws_tags` has {name:?}, and names that start with `aws:` are Amazon's own: name it otherwise"
            ));
        } else if !(1..=LONGEST_NAME).contains(&length) {
            problems.push(format!(
                "`aws_tags` has a name of {length} characters, {name:?}: AWS takes 1 to {LONGEST_NAME}"
            ));
        }
        let length = value.chars().count();
        if length > LONGEST_VALUE {
            problems.push(format!(
                "the value of the tag {name:?} has {length} characters, and AWS takes {LONGEST_VALUE}"
            ));
        }
        for text in [name, value] {
            if let Some(odd) = text.chars().find(|character| !is_allowed(*character)) {
                problems.push(format!(
                    "`aws_tags` has {odd:?} in {text:?}: AWS takes letters, digits, spaces and `_.:/=+-@`"
                ));
            }
        }
    }
}

fn is_allowed(character: char) -> bool {
    character.is_alphabetic() || character.is_numeric() || character == ' ' || "_.:/=+-@".contains(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(tags: &[(&str, &str)]) -> Vec<String> {
        let tags = tags
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let mut problems = Vec::new();
        check(&tags, &mut problems);
        problems
    }

    #[test]
    fn tags_are_as_aws_takes_them() {
        assert!(problems(&[("team", "Münster 1"), ("cost:center", ""), ("a@b", "x=y+z/_.-")]).is_empty());
        for tags in [
            [("aws:owner", "me")],
            [("AWS:owner", "me")],
            [("", "me")],
            [(&*"x".repeat(129), "me")],
            [("owner", &*"x".repeat(257))],
            [("owner", "a\nb")],
            [("owner?", "me")],
        ] {
            assert_eq!(problems(&tags).len(), 1, "{tags:?}");
        }
        let many: Vec<_> = (0..51).map(|number| format!("tag-{number}")).collect();
        let many: Vec<_> = many.iter().map(|name| (&**name, "")).collect();
        assert_eq!(problems(&many).len(), 1);
    }
}
