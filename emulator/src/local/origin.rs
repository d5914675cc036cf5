//! Who sent an event, as the page names it.

use axum::http::{HeaderMap, header::USER_AGENT, request::Parts};
use percent_encoding::percent_decode_str;

use crate::runtime_api::{Origin, text};

/// What the page sends with an event: its name, encoded as in a URL. It is empty if the event has none.
const EVENT_NAME: &str = "x-lambda-local-event";

/// The origin of a request to the Invoke API.
pub(super) fn of_api(headers: &HeaderMap) -> Origin {
    match text(headers, EVENT_NAME) {
        Some(name) => Origin {
            source: "page".to_owned(),
            event_name: Some(percent_decode_str(&name).decode_utf8_lossy().into_owned())
                .filter(|name| !name.is_empty()),
        },
        None => Origin {
            source: client(headers),
            event_name: None,
        },
    }
}

/// The origin of a request to a function URL, whose method and path are the event's name.
pub(super) fn of_url(parts: &Parts, path: &str) -> Origin {
    Origin {
        source: format!("URL, {}", client(&parts.headers)),
        event_name: Some(format!("{} {path}", parts.method)),
    }
}

/// The program that sent a request, as far as it says so.
fn client(headers: &HeaderMap) -> String {
    let agent = text(headers, USER_AGENT.as_str()).unwrap_or_default();
    // Each browser has been all others.
    if agent.starts_with("Mozilla/") {
        return "browser".to_owned();
    }
    match agent.split(['/', ' ']).next() {
        None | Some("") => "unnamed client".to_owned(),
        Some(name) => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(name: &'static str, value: &str) -> (String, Option<String>) {
        let mut headers = HeaderMap::new();
        headers.insert(name, value.parse().unwrap());
        let Origin { source, event_name } = of_api(&headers);
        (source, event_name)
    }

    #[test]
    fn a_client_is_named() {
        let named = |name: &str| (name.to_owned(), None);
        assert_eq!(origin("user-agent", "curl/8.5.0"), named("curl"));
        assert_eq!(origin("user-agent", "aws-cli/2.15 md/x Python/3.11"), named("aws-cli"));
        assert_eq!(
            origin("user-agent", "Mozilla/5.0 (X11) HeadlessChrome/150"),
            named("browser")
        );
        assert_eq!(of_api(&HeaderMap::new()).source, "unnamed client");
        assert_eq!(
            origin(EVENT_NAME, "k%C3%A4se"),
            ("page".to_owned(), Some("käse".to_owned()))
        );
        assert_eq!(origin(EVENT_NAME, ""), ("page".to_owned(), None));
    }
}
