//! What an HTTP API's [CORS configuration](https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html) makes of
//! requests: it answers preflights itself, and has the last word on the headers of other responses.

use axum::{
    http::{
        HeaderMap, HeaderName, HeaderValue, Method, StatusCode,
        header::{
            ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
            ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
            ACCESS_CONTROL_REQUEST_METHOD, ORIGIN,
        },
    },
    response::{IntoResponse, Response},
};

use crate::{local::template::Cors, runtime_api::text};

/// The origin of the web site that sends a request.
pub(super) fn origin(headers: &HeaderMap) -> Option<String> {
    text(headers, ORIGIN.as_str())
}

/// The answer to a preflight, whether there is a route for it or not.
pub(super) fn preflight(cors: &Cors, method: &Method, headers: &HeaderMap) -> Option<Response> {
    let origin = origin(headers)?;
    if *method != Method::OPTIONS || !headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD) {
        return None;
    }
    let mut response = with_headers(cors, Some(&origin), StatusCode::NO_CONTENT.into_response());
    if allowed(cors, &origin).is_some() {
        let headers = response.headers_mut();
        add(headers, ACCESS_CONTROL_ALLOW_METHODS, &cors.methods.join(","));
        add(headers, ACCESS_CONTROL_ALLOW_HEADERS, &cors.headers.join(","));
        if let Some(seconds) = cors.max_age {
            add(headers, ACCESS_CONTROL_MAX_AGE, &seconds.to_string());
        }
    }
    Some(response)
}

/// A response with the headers of the configuration, in place of those that the function has set.
pub(super) fn with_headers(cors: &Cors, origin: Option<&str>, mut response: Response) -> Response {
    let headers = response.headers_mut();
    let of_function: Vec<_> = headers
        .keys()
        .filter(|name| name.as_str().starts_with("access-control-"))
        .cloned()
        .collect();
    for name in of_function {
        headers.remove(name);
    }
    if let Some(allowed) = origin.and_then(|origin| allowed(cors, origin)) {
        add(headers, ACCESS_CONTROL_ALLOW_ORIGIN, &allowed);
        add(headers, ACCESS_CONTROL_EXPOSE_HEADERS, &cors.exposed.join(","));
        if cors.credentials {
            add(headers, ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
        }
    }
    response
}

/// What an origin is told, if it is allowed: `*` where all are.
fn allowed(cors: &Cors, origin: &str) -> Option<String> {
    cors.origins.iter().find_map(|allowed| match &**allowed {
        "*" => Some("*".to_owned()),
        pattern => match pattern.strip_suffix('*') {
            Some(start) => origin.starts_with(start),
            None => pattern.eq_ignore_ascii_case(origin),
        }
        .then(|| origin.to_owned()),
    })
}

fn add(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value)
        && !value.is_empty()
    {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cors(origin: &str) -> Cors {
        let list = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
        Cors {
            origins: list(&[origin]),
            methods: list(&["GET", "POST"]),
            headers: list(&["content-type"]),
            exposed: list(&["x-total"]),
            credentials: origin != "*",
            max_age: Some(60),
        }
    }

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pairs = pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        pairs.collect()
    }

    fn value<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
        response.headers().get(name)?.to_str().ok()
    }

    #[test]
    fn a_preflight_is_answered_for_the_origins_that_are_allowed() {
        let sent = headers(&[
            ("origin", "https://a.example"),
            ("access-control-request-method", "POST"),
        ]);
        for (pattern, told) in [
            ("*", Some("*")),
            ("https://*", Some("https://a.example")),
            ("https://a.example", Some("https://a.example")),
            ("https://b.example", None),
        ] {
            let answer = preflight(&cors(pattern), &Method::OPTIONS, &sent).unwrap();
            assert_eq!(answer.status(), StatusCode::NO_CONTENT);
            assert_eq!(value(&answer, "access-control-allow-origin"), told, "{pattern}");
            let methods = told.map(|_| "GET,POST");
            assert_eq!(value(&answer, "access-control-allow-methods"), methods, "{pattern}");
            assert_eq!(value(&answer, "access-control-max-age"), told.map(|_| "60"));
        }
        assert!(preflight(&cors("*"), &Method::GET, &sent).is_none());
        assert!(
            preflight(
                &cors("*"),
                &Method::OPTIONS,
                &headers(&[("origin", "https://a.example")])
            )
            .is_none()
        );
    }

    #[test]
    fn the_configuration_has_the_last_word_on_headers() {
        let response = || {
            let of_function = [("access-control-allow-origin", "https://other.example"), ("x-own", "1")];
            (of_function, "body").into_response()
        };
        let answer = with_headers(&cors("https://a.example"), Some("https://a.example"), response());
        assert_eq!(value(&answer, "access-control-allow-origin"), Some("https://a.example"));
        assert_eq!(value(&answer, "access-control-allow-credentials"), Some("true"));
        assert_eq!(value(&answer, "access-control-expose-headers"), Some("x-total"));
        assert_eq!(value(&answer, "x-own"), Some("1"));
        let answer = with_headers(&cors("https://a.example"), None, response());
        assert_eq!(value(&answer, "access-control-allow-origin"), None);
    }
}
