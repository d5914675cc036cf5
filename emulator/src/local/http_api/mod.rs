//! API Gateway, as far as a template's APIs need it: a request finds its route, is let through or not, becomes an event of the route's
//! function, and the answer a response. See [HTTP APIs](https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api.html).

mod authorizer;
mod cors;
mod event;

use axum::{
    extract::Request,
    http::{HeaderValue, Method, StatusCode},
    response::Response,
};
use percent_encoding::percent_decode_str;
use uuid::Uuid;

use super::{
    app::App,
    body,
    event_of_url::trace,
    function_url::{MAX_BODY_BYTES, Terms, buffered, message},
    origin::of_url,
    template::{Api, ApiKind, Format, Route, find},
};
use crate::runtime_api::{Invocation, trace_id_of};
use event::Call;

/// Has the function of a route answer a request for a path, which may have a query.
pub(super) async fn serve(app: &App, api: &Api, request: Request, path: &str) -> Response {
    if let Some(cors) = &api.cors {
        if let Some(answer) = cors::preflight(cors, request.method(), request.headers()) {
            return answer;
        }
        let origin = cors::origin(request.headers());
        let response = route(app, api, request, path).await;
        return cors::with_headers(cors, origin.as_deref(), response);
    }
    route(app, api, request, path).await
}

async fn route(app: &App, api: &Api, request: Request, path: &str) -> Response {
    let (parts, body) = request.into_parts();
    let raw = path.split('?').next().unwrap_or(path);
    // An HTTP API decodes paths, and a REST API does not.
    let whole = match api.kind {
        ApiKind::Http => percent_decode_str(raw).decode_utf8_lossy().into_owned(),
        ApiKind::Rest => raw.to_owned(),
    };
    let found = api.stage(&whole).and_then(|(stage, rest)| {
        let taken = match api.kind {
            ApiKind::Http => rest,
            // A REST API takes `/orders/` for `/orders`.
            ApiKind::Rest => rest.strip_suffix('/').unwrap_or(rest),
        };
        let (route, parameters) = find(&api.routes, parts.method.as_str(), taken)?;
        Some((stage, rest, route, parameters))
    });
    let Some((stage, rest, route, parameters)) = found else {
        return match api.kind {
            ApiKind::Http => message(StatusCode::NOT_FOUND, "Not Found"),
            ApiKind::Rest => message(StatusCode::FORBIDDEN, "Missing Authentication Token"),
        };
    };
    let Ok(body) = body::read(body, MAX_BODY_BYTES).await else {
        return message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
    };
    let request_id = Uuid::new_v4().to_string();
    let call = Call {
        api,
        stage,
        route,
        parts: &parts,
        path,
        whole: &whole,
        rest,
        parameters: &parameters,
        body: &body,
        request_id: &request_id,
        trace: &trace(&parts.headers),
    };
    let authorizer = match authorizer::authorize(app, &call).await {
        Ok(context) => context,
        Err(refusal) => return refusal,
    };
    let function = route.function.as_deref().and_then(|name| app.function(name));
    let Some(function) = function.cloned() else {
        app.console.problem(&format!(
            "the route {} of {} leads to no function that is served here: name it in the template's zip",
            route.key, api.id
        ));
        return buffered(None, false, &terms(api, route));
    };
    let event = match route.format {
        Format::V1 => call.event_v1(authorizer),
        Format::V2 => call.event_v2(authorizer),
    };
    let invocation = Invocation {
        origin: of_url(&parts, path),
        trace_id: Some(trace_id_of(call.trace)),
        ..function.invocation(event.to_string().into_bytes())
    };
    let is_head = parts.method == Method::HEAD;
    // The invocation goes on when the client is gone, as in Lambda.
    let reply = tokio::spawn(async move { function.invoke(invocation).await })
        .await
        .ok();
    buffered(reply, is_head, &terms(api, route))
}

fn terms(api: &Api, route: &Route) -> Terms {
    let (failed, message, content_type) = match api.kind {
        ApiKind::Http => (
            StatusCode::INTERNAL_SERVER_ERROR,
            "Internal Server Error",
            "text/plain; charset=utf-8",
        ),
        ApiKind::Rest => (StatusCode::BAD_GATEWAY, "Internal server error", "application/json"),
    };
    Terms {
        failed,
        message,
        content_type: HeaderValue::from_static(content_type),
        infers: route.format == Format::V2,
    }
}
