//! Threads that overflow their stacks, or fault otherwise, in processes of their own.

use std::{
    env,
    ffi::{c_int, c_void},
    hint::black_box,
    os::unix::process::ExitStatusExt,
    process::{Command, Output},
    ptr,
};

use super::{
    guard::end_of_first,
    libc::SIGSEGV,
    threads::{Start, create_thread},
    watch::Watch,
    watch_main,
};

/// What a child of this test does, by the name in its environment.
const CHILD: &str = "LAMBDA_SHIM_TEST_CHILD";

fn depth(left: u64) -> u64 {
    let room = black_box([left; 64]);
    match left {
        0 => room[0],
        _ => depth(left - 1) + black_box(&room)[7],
    }
}

unsafe extern "C-unwind" fn overflow(_: *mut c_void) -> *mut c_void {
    black_box(depth(u64::MAX));
    ptr::null_mut()
}

unsafe extern "C-unwind" fn fault(_: *mut c_void) -> *mut c_void {
    // SAFETY: none: it is what the test is about.
    unsafe { ptr::without_provenance_mut::<u8>(black_box(8)).write_volatile(1) };
    ptr::null_mut()
}

unsafe extern "C-unwind" fn end(_: *mut c_void) -> *mut c_void {
    assert!(Watch::current().is_some());
    ptr::null_mut()
}

/// Runs a thread as the library's code would, of which Rust's standard library knows nothing.
fn run(start: Start) {
    unsafe extern "C" {
        fn pthread_join(thread: usize, result: *mut *mut c_void) -> c_int;
    }
    let mut thread = 0;
    // SAFETY: places for what is asked for; the start needs no argument.
    unsafe {
        assert_eq!(create_thread(&mut thread, ptr::null(), start, ptr::null_mut()), 0);
        assert_eq!(pthread_join(thread, ptr::null_mut()), 0);
    }
}

/// Does a test's work in a process of its own, which it ends.
fn child(test: &str, work: impl FnOnce()) -> Option<Output> {
    if env::var_os(CHILD).is_some() {
        watch_main();
        work();
        return None;
    }
    let this = env::current_exe().unwrap();
    let (_, module) = module_path!().split_once("::").unwrap();
    let name = format!("{module}::{test}");
    let mut command = Command::new(this);
    command.args(["--exact", &name, "--nocapture"]).env(CHILD, "1");
    let output = command.output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(
        printed.contains("running 1 test"),
        "no test of the name {name}: {printed}"
    );
    Some(output)
}

#[test]
fn a_stack_overflow_is_said_and_aborts() {
    let Some(output) = child("a_stack_overflow_is_said_and_aborts", || run(overflow)) else {
        return;
    };
    let log = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.signal(), Some(6), "{log}");
    assert!(log.contains("\nthread '<unknown>' ("), "{log}");
    assert!(
        log.contains(") has overflowed its stack\nfatal runtime error: stack overflow, aborting\n"),
        "{log}"
    );
}

#[test]
fn the_end_of_the_first_threads_stack_is_known() {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let stack = maps.lines().find(|line| line.ends_with("[stack]")).unwrap();
    let (_, end) = stack.split(' ').next().unwrap().split_once('-').unwrap();
    assert_eq!(end_of_first(), usize::from_str_radix(end, 16).ok());
}

#[test]
fn another_fault_is_as_it_was() {
    let Some(output) = child("another_fault_is_as_it_was", || run(fault)) else {
        return;
    };
    let log = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.signal(), Some(SIGSEGV), "{log}");
    assert!(!log.contains("overflow"), "{log}");
}

#[test]
fn a_watch_is_used_again() {
    let Some(output) = child("a_watch_is_used_again", || {
        (0..100).for_each(|_| run(end));
        assert!(Watch::all().count() <= 4);
    }) else {
        return;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
