//! A streamed HTTP response of one handler under the engines.

use std::{convert::Infallible, env};

use lambda_bridge::{inline, loopback, thread, Ended, IntoExit};
use lambda_http::{
    lambda_runtime::streaming::{channel, Body},
    service_fn, Request, Response,
};
use lambda_shim::{Exit, Function, Invocation};
use serde_json::{json, Value};
use tokio::runtime::{Builder, Runtime};

async fn handler(request: Request) -> Result<Response<Body>, Infallible> {
    let (mut sender, body) = channel();
    tokio::spawn(async move {
        for part in ["a", "b"] {
            sender.send_data(part.into()).await.unwrap();
        }
    });
    let mut response = Response::builder()
        .status(201)
        .header("vary", "accept")
        .header("vary", "cookie");
    if request.uri().path() == "/cookies" {
        response = response.header("set-cookie", "a=1").header("set-cookie", "b=2");
    }
    Ok(response.body(body).unwrap())
}

mod inlined {
    lambda_bridge::define_run!(super::INLINE);
    lambda_bridge::define_http_run!(super::INLINE, lambda_http);
}

mod on_thread {
    lambda_bridge::define_run!(super::THREAD);
    lambda_bridge::define_http_run!(super::THREAD, lambda_http);
}

static INLINE: Function = Function::new(|| {
    inline(Builder::new_current_thread().enable_all().build(), || async {
        let returned = inlined::http_run_with_streaming_response(service_fn(handler)).await;
        move || Ended::new(returned).into_exit()
    })
});

static THREAD: Function = Function::new(|| {
    thread(&THREAD, || {
        let main = on_thread::http_run_with_streaming_response(service_fn(handler));
        ended(Runtime::new().unwrap().block_on(main))
    })
});

static LOOPBACK: Function = Function::new(|| {
    loopback(&LOOPBACK, || {
        let main = lambda_http::run_with_streaming_response(service_fn(handler));
        ended(Runtime::new().unwrap().block_on(main))
    })
});

fn ended(result: Result<(), lambda_http::Error>) -> Exit {
    Ended::new(result).into_exit()
}

fn answer(function: &'static Function, event: &Value) -> Value {
    let response = function.invoke(&Invocation {
        event: event.to_string().as_bytes(),
        request_id: "id-1",
        deadline_ms: "1700000000000",
        ..Invocation::default()
    });
    let mut response: Value = serde_json::from_slice(&response.unwrap()).unwrap();
    // In words, for a load balancer, what the status says.
    response.as_object_mut().unwrap().remove("statusDescription");
    response
}

fn function_url(path: &str) -> Value {
    json!({
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"host": "localhost"},
        "requestContext": {"http": {"method": "GET", "path": path}},
        "isBase64Encoded": false,
    })
}

fn rest_api(path: &str) -> Value {
    json!({
        "resource": path,
        "path": path,
        "httpMethod": "GET",
        "headers": {"Host": "localhost"},
        "multiValueHeaders": {"Host": ["localhost"]},
        "requestContext": {"httpMethod": "GET", "path": path, "stage": "$default", "requestId": "id-1"},
        "isBase64Encoded": false,
    })
}

fn balancer(path: &str) -> Value {
    json!({
        "path": path,
        "httpMethod": "GET",
        "headers": {"host": "localhost"},
        "requestContext": {"elb": {"targetGroupArn": "arn"}},
        "body": "",
        "isBase64Encoded": false,
    })
}

#[test]
fn no_engine_gives_a_streamed_response_another_form() {
    for (name, value) in [
        ("AWS_LAMBDA_FUNCTION_NAME", "test"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
    ] {
        env::set_var(name, value);
    }
    for event in [function_url, rest_api, balancer] {
        for path in ["/", "/cookies"] {
            let event = event(path);
            let expected = answer(&INLINE, &event);
            for function in [&THREAD, &LOOPBACK] {
                assert_eq!(answer(function, &event), expected, "{event}");
            }
        }
    }
    assert_eq!(
        answer(&LOOPBACK, &function_url("/cookies")),
        json!({
            "statusCode": 201,
            "headers": {"content-type": "application/octet-stream", "vary": "accept, cookie"},
            "cookies": ["a=1", "b=2"],
            "body": "ab",
            "isBase64Encoded": false,
        })
    );
}
