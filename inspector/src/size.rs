//! How large what is uploaded to Lambda may be.

use packager::UNPACKED_MAX;

use crate::Finding;

/// What Lambda takes of a zip in a request, by its
/// [quotas](https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html): 50 MB.
const DIRECT_MAX: u64 = 52_428_800;

/// What Lambda@Edge takes of a zip, by CloudFront's
/// [quotas](https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html#limits-lambda-at-edge), for viewer
/// events: 1 MB. It is taken as the smaller of the two that are called so.
const VIEWER_MAX: u64 = 1_000_000;

/// The same for origin events: 50 MB.
const ORIGIN_MAX: u64 = 50_000_000;

/// A number with its digits in groups.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// What of Lambda's limits a zip keeps to, of which the largest files are known.
pub(crate) fn sizes(zipped: u64, unzipped: u64, largest: &[(u64, String)], may_be_at_edge: bool) -> Vec<Finding> {
    let largest: Vec<String> = largest
        .iter()
        .map(|(size, name)| format!("`{name}` of {}", grouped(*size)))
        .collect();
    let mut findings = vec![match unzipped > UNPACKED_MAX {
        true => Finding::breaks(
            "size",
            format!(
                "{} bytes unzipped; Lambda takes {} (250 MB) for a function with its layers",
                grouped(unzipped),
                grouped(UNPACKED_MAX)
            ),
            format!(
                "leave out dependencies or data, or read large files from S3; the largest are {}",
                largest.join(", ")
            ),
        ),
        false => Finding::ok(
            "size",
            format!(
                "{} bytes zipped, {} unzipped, of 250 MB with its layers",
                grouped(zipped),
                grouped(unzipped)
            ),
        ),
    }];
    if zipped > DIRECT_MAX {
        findings.push(Finding::note(
            "upload",
            format!(
                "{} bytes zipped; a request to Lambda takes {} (50 MB)",
                grouped(zipped),
                grouped(DIRECT_MAX)
            ),
            "upload it to S3, and name it there",
        ));
    }
    if may_be_at_edge && zipped > VIEWER_MAX {
        let found = match zipped > ORIGIN_MAX {
            true => "too large for Lambda@Edge, which takes 50 MB zipped for origin events and 1 MB for viewer events",
            false => "for Lambda@Edge it fits origin events (50 MB zipped), not viewer events (1 MB)",
        };
        findings.push(Finding::ok("Lambda@Edge", found));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Level;

    #[test]
    fn digits_are_grouped() {
        for (number, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), text);
        }
    }

    #[test]
    fn each_limit_is_kept_to_the_byte() {
        let level = |zipped, unzipped, check| {
            let findings = sizes(zipped, unzipped, &[(7, "a".to_owned())], true);
            findings.into_iter().find(|finding| finding.check == check)
        };
        let is = |finding: Option<Finding>, level| finding.is_some_and(|finding| finding.level == level);
        assert!(is(level(1, 262_144_000, "size"), Level::Ok));
        assert!(is(level(1, 262_144_001, "size"), Level::Breaks));
        assert_eq!(level(52_428_800, 1, "upload"), None);
        assert!(is(level(52_428_801, 1, "upload"), Level::Note));
        assert_eq!(level(1_000_000, 1, "Lambda@Edge"), None);
        for (zipped, part) in [
            (1_000_001, "not viewer events"),
            (50_000_001, "too large for Lambda@Edge"),
        ] {
            let found = level(zipped, 1, "Lambda@Edge")
                .map(|finding| finding.found)
                .unwrap_or_default();
            assert!(found.contains(part), "{found}");
        }
    }
}
