//! What the tests share.

/// Speaks HTTP by Bash's own means. What it does with an event is put in the place of `HANDLE`.
pub const BOOTSTRAP: &str = r#"#!/usr/bin/env bash
runtime=/2018-06-01/runtime
call() { # Sends a request with the method, path and body that are given, and reads the headers and the body.
    exec 3<>"/dev/tcp/${AWS_LAMBDA_RUNTIME_API%:*}/${AWS_LAMBDA_RUNTIME_API#*:}"
    printf '%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s' "$1" "$2" "${#3}" "$3" >&3
    declare -gA header=()
    while IFS=': ' read -r name value <&3; do
        value=${value%$'\r'}
        [[ $name == $'\r' ]] && break
        header[${name,,}]=$value
    done
    body=$(cat <&3)
    exec 3>&-
}
respond() { call POST "$runtime/invocation/$id/response" "$1"; }
fail() { call POST "$runtime/invocation/$id/error" "{\"errorType\": \"$1\", \"errorMessage\": \"$2\"}"; }
[[ $BROKEN ]] && exit 3
while true; do
    call GET "$runtime/invocation/next" ""
    id=${header[lambda-runtime-aws-request-id]}
    trace=${header[lambda-runtime-trace-id]}
    event=$body
    HANDLE
done
"#;
