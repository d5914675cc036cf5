//! What went wrong, with the exit code that says so, and what to do about AWS's errors.

use aws_config::Region;
use aws_sdk_cloudformation::config::http::HttpResponse;
use aws_sdk_cloudformation::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};

/// A failure, as the user reads it.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) message: String,
    pub(crate) exit_code: u8,
    /// AWS's code of the error, where it is AWS's.
    pub(crate) aws_code: Option<String>,
}

/// CloudFormation failed, and took the changes back, or would have.
pub(crate) const ROLLED_BACK: u8 = 3;
pub(crate) const REFUSED: u8 = 4;
/// There are changes, and it was asked whether.
pub(crate) const CHANGES: u8 = 5;
pub(crate) const INTERRUPTED: u8 = 130;

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self::with_code(message, 1)
    }

    pub(crate) fn with_code(message: impl Into<String>, exit_code: u8) -> Self {
        Self {
            message: message.into(),
            exit_code,
            aws_code: None,
        }
    }

    pub(crate) fn is(&self, code: &str) -> bool {
        self.aws_code.as_deref() == Some(code)
    }

    /// Whether the credentials lack the right to what was asked for.
    pub(crate) fn is_denied(&self) -> bool {
        self.is("AccessDenied") || self.is("AccessDeniedException")
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::new(format!("{error:#}"))
    }
}

/// Says what an error of AWS's means, and what to do.
pub(crate) fn aws<E>(doing: &str) -> impl FnOnce(SdkError<E, HttpResponse>) -> Failure + use<'_, E>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    move |error| {
        let code = error.code().map(str::to_owned);
        let (text, exit_code) = match (&code, status(&error)) {
            (Some(code), _) => explain_service(code, error.message().unwrap_or_default()),
            (None, Some(status @ 300..)) => explain_status(status),
            // Nothing answered, or what answered is none of AWS's.
            (None, _) => explain_transport(&format!("{}", DisplayErrorContext(&error))),
        };
        Failure {
            message: format!("{doing}: {text}"),
            exit_code,
            aws_code: code,
        }
    }
}

fn explain_service(code: &str, message: &str) -> (String, u8) {
    let advice = match code {
        "AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation" => {
            "the credentials lack the action that is named here: add it to their policy, or choose others with `--profile`"
        }
        "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" => {
            "the credentials have expired: get new ones (`aws sso login` for single sign-on)"
        }
        "InvalidClientTokenId" | "UnrecognizedClientException" | "SignatureDoesNotMatch" | "InvalidAccessKeyId" => {
            "AWS does not know these credentials: check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the profile; and the Region, \
             if it is one that an account has to opt in to"
        }
        "InsufficientCapabilitiesException" => "the stack makes a role that this CloudFormation wants acknowledged",
        _ => return (format!("{message} ({code})"), 1),
    };
    (format!("{message} ({code})\n{advice}"), REFUSED)
}

/// The HTTP status that a request was answered with.
pub(crate) fn status<E>(error: &SdkError<E, HttpResponse>) -> Option<u16> {
    error.raw_response().map(|response| response.status().as_u16())
}

/// Responses that say no more, as those to HEAD of S3's, which have no body.
fn explain_status(status: u16) -> (String, u8) {
    match status {
        401 | 403 => (
            format!(
                "it was refused, with HTTP status {status} and no more: the credentials lack the action, or it is another account's"
            ),
            REFUSED,
        ),
        _ => (format!("HTTP status {status}, without a word of why"), 1),
    }
}

/// Errors that no service answered with.
fn explain_transport(context: &str) -> (String, u8) {
    let lower = context.to_lowercase();
    if lower.contains("credentials") && !lower.contains("dispatch failure: io") {
        return (
            format!(
                "there are no credentials for AWS that work: run `aws configure` or `aws sso login`, choose a profile with \
                 `--profile NAME`, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY\n({})",
                innermost(context)
            ),
            REFUSED,
        );
    }
    if lower.contains("dns error") || lower.contains("failed to lookup") {
        return (
            format!(
                "AWS can't be found: check the Region's name and the network\n({})",
                innermost(context)
            ),
            1,
        );
    }
    (format!("AWS can't be reached: {}", innermost(context)), 1)
}

/// The last sentences of an error's chain, without the debugging text that the SDK appends.
fn innermost(context: &str) -> String {
    let chain = context.split(" (").next().unwrap_or(context);
    let parts: Vec<_> = chain.split(": ").collect();
    parts[parts.len().saturating_sub(3)..].join(": ")
}

/// What is said where no Region is known.
pub(crate) fn region_or_failure(region: Option<&Region>) -> Result<String, Failure> {
    region.map(|region| region.as_ref().to_owned()).ok_or_else(|| {
        Failure::with_code(
            "no Region is set: add `--region eu-central-1`, `region = \"eu-central-1\"` to the target, or set AWS_REGION",
            2,
        )
    })
}

#[cfg(test)]
mod tests {
    use aws_sdk_cloudformation::error::ErrorMetadata;

    use super::*;

    #[test]
    fn a_missing_permission_is_named_as_aws_names_it() {
        let said = "User: arn:aws:iam::1:user/a is not authorized to perform: cloudformation:CreateChangeSet";
        let (text, exit_code) = explain_service("AccessDenied", said);
        assert!(
            text.contains("cloudformation:CreateChangeSet") && text.contains("--profile"),
            "{text}"
        );
        assert_eq!(exit_code, REFUSED);
    }

    /// An error of S3's to HEAD, and what a proxy says of itself.
    #[test]
    fn a_response_without_a_code_is_told_by_its_status() {
        for (status, exit_code) in [(403, REFUSED), (503, 1)] {
            let response = HttpResponse::new(status.try_into().unwrap(), "<html>".into());
            let error = SdkError::service_error(ErrorMetadata::builder().build(), response);
            let failure = aws("the bucket can't be read")(error);
            assert!(failure.message.contains(&format!("status {status}")), "{failure:?}");
            assert!(
                !failure.message.contains("HttpResponse") && failure.message.lines().count() == 1,
                "{failure:?}"
            );
            assert_eq!(failure.exit_code, exit_code);
        }
        // A page that asks to log in to a network.
        let response = HttpResponse::new(200.try_into().unwrap(), "<html>".into());
        let error = SdkError::<ErrorMetadata, _>::response_error("no JSON", response);
        let failure = aws("the stack can't be read")(error);
        assert!(
            failure.message.contains("no JSON") && !failure.message.contains("status"),
            "{failure:?}"
        );
    }

    #[test]
    fn missing_credentials_are_told_from_a_missing_network() {
        let (text, exit_code) = explain_transport(
            "dispatch failure: other: the credential provider was not enabled: no providers in chain provided credentials",
        );
        assert!(text.contains("aws configure"), "{text}");
        assert_eq!(exit_code, REFUSED);
        let (text, exit_code) = explain_transport(
            "dispatch failure: io error: client error (Connect): dns error: failed to lookup address",
        );
        assert!(text.contains("check the Region's name"), "{text}");
        assert_eq!(exit_code, 1);
    }
}
