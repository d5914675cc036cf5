//! Where events go that a function did not handle, or did.

use crate::arn::service;

/// A target that is named by an attribute, and the services that it can be of.
pub(super) struct Target<'a> {
    pub(super) attribute: &'a str,
    /// Whose attribute it is, such as ` of the topic`, if it is not the function's.
    pub(super) of: &'a str,
    pub(super) arn: Option<&'a String>,
    /// As in ARNs.
    pub(super) services: &'a [&'a str],
}

impl Target<'_> {
    /// Says if the target is none that the attribute can name.
    pub(super) fn check(&self, problems: &mut Vec<String>) {
        let Some(arn) = self.arn else {
            return;
        };
        let described: Vec<&str> = self.services.iter().map(|service| description(service)).collect();
        let described = match &*described {
            [others @ .., last] if !others.is_empty() => format!("{} or {last}", others.join(", ")),
            all => all.join(""),
        };
        if !self.services.contains(&service(arn)) {
            problems.push(format!(
                "`{} = {arn:?}`{}: use the ARN of {described}",
                self.attribute, self.of
            ));
        } else if arn.ends_with(".fifo") {
            problems.push(format!(
                "`{} = {arn:?}`{} is FIFO, and AWS takes standard ones alone",
                self.attribute, self.of
            ));
        }
    }
}

fn description(service: &str) -> &str {
    match service {
        "events" => "an event bus",
        "lambda" => "a function",
        "s3" => "a bucket",
        "sns" => "an SNS topic",
        _ => "an SQS queue",
    }
}
