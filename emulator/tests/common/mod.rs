//! What the tests share. Not each of them needs all of it.
#![allow(dead_code)]

use std::{
    fs, thread,
    time::{Duration, Instant},
};

/// Speaks HTTP by Bash's own means. What it does with an event is put in the place of `HANDLE`.
pub const BOOTSTRAP: &str = r#"#!/usr/bin/env bash
runtime=/2018-06-01/runtime
call() { # Sends a request with the method, path, body and further headers, and reads the headers and the body.
    exec 3<>"/dev/tcp/${AWS_LAMBDA_RUNTIME_API%:*}/${AWS_LAMBDA_RUNTIME_API#*:}" || exit
    printf '%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n%s\r\n%s' "$1" "$2" "${#3}" "$4" "$3" >&3
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
eval "$SETUP"
while true; do
    call GET "$runtime/invocation/next" ""
    id=${header[lambda-runtime-aws-request-id]}
    trace=${header[lambda-runtime-trace-id]}
    event=$body
    HANDLE
done
"#;

/// A `SETUP` that registers an extension of the program's own, which runs beside the loop and takes a while after each event.
pub const EXTENSION: &str = r#"
    extension=/2020-01-01/extension
    call POST $extension/register '{"events": ["INVOKE"]}' $'Lambda-Extension-Name: flusher\r\n'
    identifier="Lambda-Extension-Identifier: ${header[lambda-extension-identifier]}"$'\r\n'
    { # Bash may miss a signal that comes together with the end of a child.
        trap '' TERM
        while true; do
            call GET $extension/event/next "" "$identifier"
            sleep 0.3
            echo "flushed after $body"
        done
    } &
"#;

/// A `SETUP` that registers an extension which never asks for an event.
pub const SILENT_EXTENSION: &str = r#"
    call POST /2020-01-01/extension/register '{"events": []}' $'Lambda-Extension-Name: silent\r\n'
"#;

/// A `SETUP` that writes a file when it is told to shut down.
pub const SHUTDOWN_HOOK: &str = r#"trap 'echo saved; touch "$SAVED"; exit' TERM
"#;

/// An extension of a layer's, which writes each event to its log, and the last to a file. `CRASHED` has it end at an event; `LEFT` is a file
/// for the number of a process that it starts and leaves behind.
pub const LAYER_EXTENSION: &str = r#"#!/usr/bin/env bash
extension=/2020-01-01/extension
call() { # Sends a request with the method, path, body and a further header, and reads the headers and the body.
    exec 3<>"/dev/tcp/${AWS_LAMBDA_RUNTIME_API%:*}/${AWS_LAMBDA_RUNTIME_API#*:}" || exit
    printf '%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n%s\r\n\r\n%s' "$1" "$2" "${#3}" "$4" "$3" >&3
    while IFS=': ' read -r name value <&3; do
        [[ $name == $'\r' ]] && break
        [[ ${name,,} == lambda-extension-identifier ]] && identifier=${value%$'\r'}
    done
    body=$(cat <&3)
    exec 3>&-
}
[[ $UNREGISTERED ]] && { echo "no key"; exit 4; }
[[ $LEFT ]] && { sleep 60 & echo $! > "$LEFT"; }
call POST $extension/register '{"events": ["INVOKE", "SHUTDOWN"]}' "Lambda-Extension-Name: ${0##*/}"
echo "registered; the function is ${_HANDLER:-not told}"
while true; do
    call GET $extension/event/next "" "Lambda-Extension-Identifier: $identifier"
    [[ $CRASHED ]] && exit 5
    echo "extension: $body"
    [[ $body == *SHUTDOWN* ]] && { echo "$body" > "$SAVED"; exit; }
done
"#;

/// Waits until a process is gone, or is a zombie: a signal is only sent, and whoever has the process now may be late to wait for it.
#[track_caller]
pub fn await_end(process: &str) {
    let stat = || fs::read_to_string(format!("/proc/{process}/stat"));
    let began = Instant::now();
    while stat().is_ok_and(|stat| !stat.contains(") Z ")) {
        assert!(began.elapsed() < Duration::from_secs(10), "{process} still runs");
        thread::sleep(Duration::from_millis(10));
    }
}
