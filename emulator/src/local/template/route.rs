//! Routes, and [which of them a request takes](https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html).

use std::collections::BTreeMap;

use super::Authorization;

/// A route of an API.
#[derive(Debug)]
pub(crate) struct Route {
    /// As the template has it, such as `GET /orders/{id}`.
    pub key: String,
    /// `None` is any.
    pub method: Option<String>,
    /// `None` takes what no other route does.
    path: Option<Vec<Segment>>,
    /// The function that answers, unless it is none that is served.
    pub function: Option<String>,
    pub format: Format,
    pub authorization: Authorization,
}

/// The form of a route's events.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Format {
    V1,
    V2,
}

/// A part of a path between slashes. The order is that of what is taken first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    Literal(String),
    Parameter(String),
    /// The rest of the path.
    Greedy(String),
}

impl Route {
    /// A route by its key: `METHOD /path` or `$default`.
    pub fn new(key: &str, function: Option<String>, format: Format, authorization: Authorization) -> Self {
        let (method, path) = key.split_once(' ').unwrap_or(("ANY", key));
        Self {
            key: key.to_owned(),
            method: Some(method.to_uppercase()).filter(|method| method != "ANY"),
            path: path
                .strip_prefix('/')
                .map(|path| path.split('/').map(Segment::new).collect()),
            function,
            format,
            authorization,
        }
    }

    /// The path, such as `/orders/{id}`; of the default route, its key.
    pub fn resource(&self) -> &str {
        self.key.split_once(' ').map_or(&*self.key, |(_, path)| path)
    }

    /// The parameters of a path that this takes, which begins with a slash.
    fn parameters(&self, path: &str) -> Option<BTreeMap<String, String>> {
        let mut parameters = BTreeMap::new();
        let Some(segments) = &self.path else {
            return Some(parameters);
        };
        let mut rest = Some(path.strip_prefix('/').unwrap_or(path));
        for segment in segments {
            let whole = rest?;
            let (part, after) = match whole.split_once('/') {
                Some((part, after)) => (part, Some(after)),
                None => (whole, None),
            };
            match segment {
                Segment::Literal(text) if text == part => rest = after,
                Segment::Parameter(name) if !part.is_empty() => {
                    parameters.insert(name.clone(), part.to_owned());
                    rest = after;
                }
                Segment::Greedy(name) if !whole.is_empty() => {
                    parameters.insert(name.clone(), whole.to_owned());
                    rest = None;
                }
                _ => return None,
            }
        }
        rest.is_none().then_some(parameters)
    }

    /// What is taken first is the least: whole paths before greedy ones before the default, texts before parameters, a method before any.
    fn rank(&self) -> (u8, Option<&Vec<Segment>>, bool) {
        let kind = match &self.path {
            Some(path) if path.iter().any(|segment| matches!(segment, Segment::Greedy(_))) => 1,
            Some(_) => 0,
            None => 2,
        };
        (kind, self.path.as_ref(), self.method.is_none())
    }
}

impl Segment {
    fn new(text: &str) -> Self {
        match text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            None => Self::Literal(text.to_owned()),
            Some(name) => match name.strip_suffix('+') {
                None => Self::Parameter(name.to_owned()),
                Some(name) => Self::Greedy(name.to_owned()),
            },
        }
    }
}

/// The route that a request takes, and the parameters of its path.
pub(crate) fn find<'a>(routes: &'a [Route], method: &str, path: &str) -> Option<(&'a Route, BTreeMap<String, String>)> {
    let takes = |route: &&Route| route.method.as_deref().is_none_or(|own| own == method);
    let candidates = routes.iter().filter(takes);
    candidates
        .filter_map(|route| Some((route, route.parameters(path)?)))
        .min_by(|(one, _), (other, _)| one.rank().cmp(&other.rank()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_specific_route_is_taken() {
        let keys = [
            "$default",
            "ANY /{proxy+}",
            "GET /pets/{proxy+}",
            "GET /pets/dog/{id}",
            "GET /pets/dog/1",
            "ANY /pets/dog/1",
            "POST /",
        ];
        let routes = keys.map(|key| Route::new(key, None, Format::V2, Authorization::None));
        let found = |method: &str, path: &str| {
            let (route, parameters) = find(&routes, method, path).unwrap();
            let parameters: Vec<_> = parameters
                .into_iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            (route.key.clone(), parameters.join(","))
        };
        for (method, path, key, parameters) in [
            ("GET", "/pets/dog/1", "GET /pets/dog/1", ""),
            ("PUT", "/pets/dog/1", "ANY /pets/dog/1", ""),
            ("GET", "/pets/dog/2", "GET /pets/dog/{id}", "id=2"),
            ("GET", "/pets/dog/2/3", "GET /pets/{proxy+}", "proxy=dog/2/3"),
            ("GET", "/pets/dog/", "GET /pets/{proxy+}", "proxy=dog/"),
            ("POST", "/pets/dog/2", "ANY /{proxy+}", "proxy=pets/dog/2"),
            ("POST", "/", "POST /", ""),
            ("GET", "/", "$default", ""),
        ] {
            assert_eq!(
                found(method, path),
                (key.to_owned(), parameters.to_owned()),
                "{method} {path}"
            );
        }
        assert!(find(&routes[3..], "GET", "/pets").is_none());
        assert!(find(&routes[3..], "GET", "/pets/dog/1/").is_none());
    }
}
