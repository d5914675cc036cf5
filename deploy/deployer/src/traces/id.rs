//! The IDs of traces, as people come by them.

/// An ID, such as `1-58406520-a006649127e371903a2de979`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TraceId(String);

impl TraceId {
    /// Finds the ID in what the header `X-Amzn-Trace-Id` or a line of a log has, or takes one alone.
    ///
    /// A load balancer's header has an ID of its own before that of the trace: `Self=1-…;Root=1-…`.
    pub(crate) fn find(text: &str) -> Result<Self, String> {
        let text = text.split_once("Root=").map_or(text, |(_, rest)| rest);
        text.split(|character: char| !character.is_ascii_alphanumeric() && character != '-')
            .find(|word| is_id(word))
            .map(|word| Self(word.to_ascii_lowercase()))
            .ok_or_else(|| {
                "there is no trace's ID in it, such as 1-58406520-a006649127e371903a2de979: take what the header X-Amzn-Trace-Id has, \
                 or a line of the log"
                    .to_owned()
            })
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a text is an ID: the version, the time of the first request, and 96 bits.
fn is_id(text: &str) -> bool {
    let is_hexadecimal = |part: &str, digits| part.len() == digits && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    match *text.split('-').collect::<Vec<_>>() {
        ["1", time, id] => is_hexadecimal(time, 8) && is_hexadecimal(id, 24),
        _ => false,
    }
}

/// When the first request of a trace was made, in seconds since 1970, as its ID says; 0 where it does not.
pub(crate) fn time(id: &str) -> u32 {
    let digits = id.split('-').nth(1).unwrap_or_default();
    u32::from_str_radix(digits, 16).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "1-5759e988-bd862e3fe1be46a994272793";

    #[test]
    fn an_id_is_found_in_headers_and_log_lines() {
        for text in [
            ID,
            "Root=1-5759e988-bd862e3fe1be46a994272793",
            "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
            "Self=1-67891234-12456789abcdef0123456789;Root=1-5759e988-bd862e3fe1be46a994272793",
            "X-Amzn-Trace-Id: Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1",
            "XRAY TraceId: 1-5759e988-bd862e3fe1be46a994272793\tSegmentId: 53995c3f42cd8ad8\tSampled: true",
            r#"{"xrayTraceId":"Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8"}"#,
            "1-5759E988-BD862E3FE1BE46A994272793",
        ] {
            assert_eq!(TraceId::find(text).unwrap().as_str(), ID, "{text}");
        }
    }

    #[test]
    fn what_is_no_id_is_refused() {
        for text in [
            "",
            "1-5759e988",
            "2-5759e988-bd862e3fe1be46a994272793",
            "1-5759e988-bd862e3fe1be46a99427279",
            "53995c3f42cd8ad8",
        ] {
            assert!(TraceId::find(text).unwrap_err().contains("X-Amzn-Trace-Id"), "{text}");
        }
    }

    #[test]
    fn an_id_has_its_time() {
        assert_eq!(time("1-58406520-a006649127e371903a2de979"), 1_480_615_200);
        assert_eq!(time("other"), 0);
    }
}
