//! [Segment documents](https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html): what a service, or a part of it,
//! did for a request.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// A segment or a subsegment, of which all but the first three members may be missing.
#[derive(Debug, Deserialize)]
pub(crate) struct Segment {
    pub(crate) id: String,
    pub(crate) name: String,
    /// In seconds since 1970.
    pub(crate) start_time: f64,
    /// There is none while it is in progress.
    pub(crate) end_time: Option<f64>,
    /// The segment or subsegment that asked for it, which may be in another document.
    pub(crate) parent_id: Option<String>,
    /// What runs it, such as `AWS::Lambda::Function`.
    pub(crate) origin: Option<String>,
    /// Whether X-Ray made it up from the subsegment of its caller, which is its parent.
    #[serde(default)]
    pub(crate) inferred: bool,
    #[serde(default)]
    pub(crate) fault: bool,
    #[serde(default)]
    pub(crate) error: bool,
    #[serde(default)]
    pub(crate) throttle: bool,
    cause: Option<Cause>,
    #[serde(default)]
    http: Http,
    #[serde(default)]
    aws: Aws,
    #[serde(default)]
    pub(crate) annotations: BTreeMap<String, Value>,
    #[serde(default)]
    pub(crate) subsegments: Vec<Segment>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Cause {
    Described {
        #[serde(default)]
        exceptions: Vec<Exception>,
    },
    /// The ID of an exception that another segment describes.
    Elsewhere(#[expect(dead_code, reason = "there is nothing to show of it")] String),
}

#[derive(Debug, Deserialize)]
struct Exception {
    message: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Http {
    #[serde(default)]
    request: Request,
    #[serde(default)]
    response: Response,
}

#[derive(Debug, Default, Deserialize)]
struct Request {
    method: Option<String>,
    url: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Response {
    status: Option<u16>,
}

#[derive(Debug, Default, Deserialize)]
struct Aws {
    operation: Option<String>,
}

impl Segment {
    /// How long it took, in seconds.
    pub(crate) fn duration(&self) -> Option<f64> {
        Some(self.end_time? - self.start_time)
    }

    /// The status of the HTTP response.
    pub(crate) fn status(&self) -> Option<u16> {
        self.http.response.status
    }

    /// The HTTP request, such as `GET https://example.com/`.
    pub(crate) fn request(&self) -> Option<String> {
        let Request { method, url } = &self.http.request;
        let url = url.as_ref()?;
        Some(match method {
            Some(method) => format!("{method} {url}"),
            None => url.clone(),
        })
    }

    /// The operation of a service of AWS, such as `UpdateItem`.
    pub(crate) fn operation(&self) -> Option<&str> {
        self.aws.operation.as_deref()
    }

    /// What went wrong, such as `ValueError: no name`.
    pub(crate) fn exceptions(&self) -> impl Iterator<Item = String> {
        let exceptions = match &self.cause {
            Some(Cause::Described { exceptions }) => &exceptions[..],
            _ => &[],
        };
        exceptions.iter().filter_map(|exception| {
            let parts: Vec<_> = [&exception.kind, &exception.message]
                .into_iter()
                .flatten()
                .map(String::as_str)
                .collect();
            (!parts.is_empty()).then(|| parts.join(": "))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(document: &str) -> Segment {
        serde_json::from_str(document).unwrap()
    }

    #[test]
    fn the_least_of_a_segment_is_enough() {
        let complete = segment(
            r#"{"name": "example.com", "id": "70de5b6f19ff9a0a", "start_time": 1.478293361271E9,
                "trace_id": "1-581cf771-a006649127e371903a2de979", "end_time": 1.478293361449E9}"#,
        );
        assert_eq!(format!("{:.3}", complete.duration().unwrap()), "0.178");
        assert_eq!((complete.status(), complete.request()), (None, None));
        let in_progress = segment(
            r#"{"name": "example.com", "id": "70de5b6f19ff9a0b", "start_time": 1.478293361271E9,
                "trace_id": "1-581cf771-a006649127e371903a2de979", "in_progress": true}"#,
        );
        assert_eq!(in_progress.duration(), None);
    }

    #[test]
    fn requests_and_errors_are_told() {
        let segment = segment(
            r#"{"name": "api.example.com", "id": "53995c3f42cd8ad8", "start_time": 1, "end_time": 2, "fault": true,
                "http": {"request": {"url": "https://api.example.com/health", "method": "POST", "traced": true},
                         "response": {"status": 500, "content_length": 861}},
                "cause": {"working_directory": "/var/task", "exceptions": [
                    {"id": "d60a8ba1dd5a8b6f", "message": "no name", "type": "ValueError", "remote": false, "stack": []},
                    {"id": "d60a8ba1dd5a8b70", "message": "elsewhere"}]},
                "of_tomorrow": {"unknown": [1, null]}}"#,
        );
        assert_eq!(segment.status(), Some(500));
        assert_eq!(segment.request().unwrap(), "POST https://api.example.com/health");
        assert_eq!(
            segment.exceptions().collect::<Vec<_>>(),
            ["ValueError: no name", "elsewhere"]
        );
        assert!(segment.fault && !segment.error && !segment.throttle);
    }

    #[test]
    fn a_cause_may_be_elsewhere() {
        let segment = segment(r#"{"name": "a", "id": "b", "start_time": 1, "cause": "d60a8ba1dd5a8b6f"}"#);
        assert_eq!(segment.exceptions().count(), 0);
    }
}
