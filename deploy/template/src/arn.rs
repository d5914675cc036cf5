//! What ARNs say of themselves.

/// The service of an ARN, such as `sqs`; empty if it is none.
pub(crate) fn service(arn: &str) -> &str {
    let rest = arn.strip_prefix("arn:").unwrap_or_default();
    // The only pseudo parameter that stands before it holds colons.
    let rest = rest.strip_prefix("${AWS::Partition}").unwrap_or(rest);
    rest.split(':').nth(1).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_service_follows_the_partition() {
        assert_eq!(service("arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:orders"), "sqs");
        assert_eq!(service("arn:${AWS::Partition}:s3:::records"), "s3");
        assert_eq!(service("arn:aws"), "");
        assert_eq!(service("orders:sqs:x"), "");
    }
}
