//! What Elastic Load Balancing would refuse of [rules](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateRule.html).

use super::mapping::in_range;
use crate::{arn::service, settings::LoadBalancerSettings};

/// Says what is wrong with a rule of a listener.
pub(super) fn check(source: &LoadBalancerSettings, problems: &mut Vec<String>) {
    const MOST: usize = 5;
    const LONGEST: usize = 128;
    let LoadBalancerSettings { listener, .. } = source;
    if service(listener) != "elasticloadbalancing" || !listener.contains(":listener/app/") {
        problems.push(format!(
            "the listener {listener:?}: use its ARN, \"arn:aws:elasticloadbalancing:REGION:ACCOUNT:listener/app/NAME/…\""
        ));
    }
    in_range("`priority", Some(source.priority), 1..=50_000, problems);
    let patterns = source.paths.len() + source.hosts.len() + source.methods.len();
    if !(1..=MOST).contains(&patterns) {
        problems.push(format!(
            "the rule {} of the listener {listener:?} has {patterns} `paths`, `hosts` and `methods`, and AWS takes 1 to {MOST}",
            source.priority
        ));
    }
    for (name, patterns) in [("paths", &source.paths), ("hosts", &source.hosts)] {
        for pattern in patterns
            .iter()
            .filter(|pattern| !(1..=LONGEST).contains(&pattern.chars().count()))
        {
            problems.push(format!("`{name}` has {pattern:?}: AWS takes 1 to {LONGEST} characters"));
        }
    }
    for path in source.paths.iter().filter(|path| !path.starts_with(['/', '*'])) {
        problems.push(format!("`paths` has {path:?}: start it with `/`"));
    }
    let is_method = |method: &str| {
        let is_valid = |byte: u8| byte.is_ascii_uppercase() || b"-_".contains(&byte);
        (1..=40).contains(&method.len()) && method.bytes().all(is_valid)
    };
    for method in source.methods.iter().filter(|method| !is_method(method)) {
        problems.push(format!("`methods` has {method:?}: write it in capitals, as \"GET\""));
    }
}
