//! CloudFormation's pseudo parameters, of which the deployment alone knows what they are.

/// What they may become, for a name's length and letters.
const EXAMPLES: [(&str, &str); 4] = [
    ("${AWS::AccountId}", "123456789012"),
    ("${AWS::Partition}", "aws"),
    ("${AWS::Region}", "eu-west-1"),
    // A stack's name may have capitals, which a bucket's may not: the deployment tells.
    ("${AWS::StackName}", "a"),
];

/// A text as it may be in the end.
pub(super) fn with_examples(text: &str) -> String {
    EXAMPLES.iter().fold(text.to_owned(), |text, (parameter, value)| {
        text.replace(parameter, value)
    })
}
