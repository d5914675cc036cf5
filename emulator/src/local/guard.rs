//! Leads a request to its part of the server by the host that it names, and keeps other web sites out.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{
        HeaderMap, StatusCode,
        header::{HOST, ORIGIN},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{app::App, function_url, http_api};
use crate::runtime_api::text;

/// Function URLs are the functions' own, and APIs their own: NAME.localhost. What is left is for this machine's programs and the page.
pub(super) async fn admit(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let host = text(request.headers(), HOST.as_str()).unwrap_or_default();
    if let Some(label) = label(&host) {
        let named = |name: &str| name.eq_ignore_ascii_case(label);
        let path = request
            .uri()
            .path_and_query()
            .map_or("/", |path| path.as_str())
            .to_owned();
        return match app.functions.iter().find(|function| named(function.name())) {
            Some(function) => function_url::serve(function.clone(), request, &path).await,
            None => match app.api(label) {
                Some(api) => http_api::serve(&app, api, request, &path).await,
                None => function_url::no_function(&app, label),
            },
        };
    }
    // What is under `/url/` is open to web sites as function URLs are. A site that has its own name lead to this machine could read the
    // answers, too, which no function URL allows by itself: the name has to be this machine's.
    let is_open = request.uri().path().starts_with("/url/");
    if is_here(&host) && (is_open || is_own_origin(&host, request.headers())) {
        return next.run(request).await;
    }
    let message = "this server takes requests from this machine's programs and its own page only: use \
                   http://localhost or http://127.0.0.1 with its port; a tunnel has to send such a Host to /url/\n";
    (StatusCode::FORBIDDEN, message).into_response()
}

/// The function's name in a host like `hello.localhost:9000`.
fn label(host: &str) -> Option<&str> {
    without_port(host)
        .strip_suffix(".localhost")
        .filter(|label| !label.is_empty())
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

/// Whether a host is this machine: it is none that a web site has given its address.
fn is_here(host: &str) -> bool {
    ["localhost", "127.0.0.1", "[::1]"].contains(&without_port(host))
}

/// Whether no web site of another host has sent this.
fn is_own_origin(host: &str, headers: &HeaderMap) -> bool {
    text(headers, ORIGIN.as_str()).is_none_or(|origin| origin == format!("http://{host}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admits(host: &str, origin: Option<&str>) -> bool {
        let mut headers = HeaderMap::new();
        if let Some(origin) = origin {
            headers.insert(ORIGIN, origin.parse().unwrap());
        }
        is_here(host) && is_own_origin(host, &headers)
    }

    #[test]
    fn a_host_names_a_function() {
        assert_eq!(label("hello.localhost:9000"), Some("hello"));
        assert_eq!(label("hello.localhost"), Some("hello"));
        for other in ["localhost:9000", ".localhost", "127.0.0.1:9000", "hello.example.com"] {
            assert_eq!(label(other), None);
        }
    }

    #[test]
    fn other_web_sites_are_kept_out() {
        assert!(admits("127.0.0.1:9000", None));
        assert!(admits("localhost:9000", Some("http://localhost:9000")));
        assert!(!admits("localhost:9000", Some("http://hello.localhost:9000")));
        assert!(!admits("localhost:9000", Some("https://example.com")));
        assert!(!admits("example.com:9000", Some("http://example.com:9000")));
    }
}
