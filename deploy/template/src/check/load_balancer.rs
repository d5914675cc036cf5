//! What Elastic Load Balancing would refuse of [rules](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateRule.html),
//! by the [conditions](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RuleCondition.html) that they have and its
//! [quotas](https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html).

use super::{mapping::in_range, pseudo::with_examples};
use crate::{arn::service, settings::LoadBalancerSettings};

/// Says what is wrong with a rule of a listener.
pub(super) fn check(source: &LoadBalancerSettings, problems: &mut Vec<String>) {
    const MOST: usize = 5;
    const MOST_WILDCARDS: usize = 6;
    const LONGEST: usize = 128;
    let LoadBalancerSettings { listener, .. } = source;
    if service(listener) != "elasticloadbalancing" || !listener.contains(":listener/app/") {
        problems.push(format!(
            "the listener {listener:?}: use its ARN, \"arn:aws:elasticloadbalancing:REGION:ACCOUNT:listener/app/NAME/…\""
        ));
    }
    in_range("priority", Some(source.priority), 1..=50_000, problems);
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
    let wildcards: usize = [&source.paths, &source.hosts]
        .into_iter()
        .flatten()
        .map(|pattern| pattern.matches(['*', '?']).count())
        .sum();
    if wildcards > MOST_WILDCARDS {
        problems.push(format!(
            "the rule {} of the listener {listener:?} has {wildcards} `*` and `?`, and AWS takes {MOST_WILDCARDS}",
            source.priority
        ));
    }
    for path in &source.paths {
        if !path.starts_with(['/', '*', '?']) {
            problems.push(format!("`paths` has {path:?}: start it with `/`"));
        }
        let is_allowed = |character: &char| character.is_ascii_alphanumeric() || "_-.$/~\"'@:+&*?".contains(*character);
        if let Some(odd) = with_examples(path).chars().find(|character| !is_allowed(character)) {
            problems.push(format!(
                "`paths` has {odd:?} in {path:?}: AWS takes letters of ASCII, digits and `_-.$/~\"'@:+&*?`"
            ));
        }
    }
    for host in source.hosts.iter().filter(|host| !is_host(&with_examples(host))) {
        problems.push(format!(
            "`hosts` has {host:?}: write it as \"shop.example.com\" or \"*.example.com\", with letters alone behind the last dot"
        ));
    }
    let is_method = |method: &str| {
        let is_valid = |byte: u8| byte.is_ascii_uppercase() || b"-_".contains(&byte);
        (1..=40).contains(&method.len()) && method.bytes().all(is_valid)
    };
    for method in source.methods.iter().filter(|method| !is_method(method)) {
        problems.push(format!("`methods` has {method:?}: write it in capitals, as \"GET\""));
    }
}

/// Whether a text is a pattern of hosts' names, without a port.
fn is_host(host: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-.*?".contains(&byte);
    let last = host.rsplit_once('.').map_or("", |(_, last)| last);
    host.bytes().all(is_allowed) && !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_alphabetic())
}
