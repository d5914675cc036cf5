//! The environment, as Python code and the library change it.

use std::{
    env,
    ffi::{CStr, CString, c_int},
    io::Error,
    iter, ptr,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicPtr, Ordering},
    },
    thread,
};

use super::{
    posix::{clear, get, put, set, unset},
    state::{attach, follow, lock},
    table::Environ,
    texts::KEPT,
};
use crate::process::errno::{EINVAL, fail};

static ENVIRON: Environ = AtomicPtr::new(ptr::null_mut());
/// The process's environment is one for all tests.
static TEST: Mutex<()> = Mutex::new(());

fn found(name: &CStr) -> Option<String> {
    // SAFETY: a text.
    let value = unsafe { get(&ENVIRON, name.as_ptr()) };
    // SAFETY: a text that is not freed.
    (!value.is_null()).then(|| unsafe { CStr::from_ptr(value) }.to_string_lossy().into_owned())
}

/// What code that iterates `environ` sees under a name.
fn listed(name: &str) -> Vec<String> {
    let first = ENVIRON.load(Ordering::Acquire);
    // SAFETY: a table's entries end with a null one.
    let entries = (0..).map(|index| unsafe { (*first.add(index)).load(Ordering::Acquire) });
    entries
        .take_while(|entry| !entry.is_null())
        // SAFETY: a text that is not freed.
        .map(|entry| unsafe { CStr::from_ptr(entry) }.to_string_lossy().into_owned())
        .filter(|entry| entry.starts_with(&format!("{name}=")))
        .collect()
}

/// Stands for Python's `os.environ[name] = value`, and the call after it.
fn python_sets(name: &str, value: Option<&str>) {
    // SAFETY: the tests' lock is held, and other threads of the tests read the library's table.
    unsafe {
        match value {
            Some(value) => env::set_var(name, value),
            None => env::remove_var(name),
        }
        follow();
    }
}

#[test]
fn the_library_sees_what_python_sets() {
    let _test = TEST.lock();
    // SAFETY: as above.
    unsafe { attach(&ENVIRON) };
    assert_eq!(found(c"PATH"), env::var("PATH").ok());
    assert_eq!(found(c"OWN_A"), None);
    python_sets("OWN_A", Some("1"));
    python_sets("OWN_B", Some("with=sign"));
    assert_eq!(
        (found(c"OWN_A"), found(c"OWN_B")),
        (Some("1".into()), Some("with=sign".into()))
    );
    python_sets("OWN_A", Some("2"));
    assert_eq!(listed("OWN_A"), ["OWN_A=2"]);
    python_sets("OWN_A", None);
    assert_eq!((found(c"OWN_A"), found(c"OWN_B")), (None, Some("with=sign".into())));
    assert!(listed("OWN_A").is_empty());
    python_sets("OWN_A", Some("3"));
    assert_eq!(listed("OWN_A"), ["OWN_A=3"]);
}

#[test]
fn what_the_library_sets_is_set_for_the_process() {
    let _test = TEST.lock();
    // SAFETY: as above; all are texts.
    unsafe {
        attach(&ENVIRON);
        assert_eq!(set(&ENVIRON, c"OWN_C".as_ptr(), c"1".as_ptr(), 1), 0);
        assert_eq!(
            (found(c"OWN_C"), env::var("OWN_C").ok()),
            (Some("1".into()), Some("1".into()))
        );
        assert_eq!(set(&ENVIRON, c"OWN_C".as_ptr(), c"2".as_ptr(), 0), 0);
        assert_eq!(found(c"OWN_C"), Some("1".into()));
        follow();
        assert_eq!(listed("OWN_C"), ["OWN_C=1"]);
        assert_eq!(unset(c"OWN_C".as_ptr()), 0);
        assert_eq!((found(c"OWN_C"), env::var("OWN_C").ok()), (None, None));
        assert_eq!(put(c"OWN_D=4".as_ptr().cast_mut()), 0);
        assert_eq!(
            (found(c"OWN_D"), env::var("OWN_D").ok()),
            (Some("4".into()), Some("4".into()))
        );
        // Without a sign it is a name to take out, of a variable that need not be.
        assert_eq!(put(c"OWN_D".as_ptr().cast_mut()), 0);
        assert_eq!((found(c"OWN_D"), env::var("OWN_D").ok()), (None, None));
        assert_eq!(put(c"OWN_D".as_ptr().cast_mut()), 0);
    }
}

#[test]
fn what_is_no_name_is_an_invalid_argument() {
    fn refused(call: impl FnOnce() -> c_int) -> bool {
        fail(0);
        call() == -1 && Error::last_os_error().raw_os_error() == Some(EINVAL)
    }
    let _test = TEST.lock();
    // SAFETY: as above.
    unsafe { attach(&ENVIRON) };
    for name in [c"".as_ptr(), c"A=B".as_ptr(), ptr::null()] {
        // SAFETY: a text, or none, which these functions take.
        unsafe {
            assert!(refused(|| set(&ENVIRON, name, c"1".as_ptr(), 1)));
            assert!(refused(|| unset(name)));
        }
    }
    // SAFETY: as above.
    unsafe {
        assert!(refused(|| set(&ENVIRON, c"OWN_E".as_ptr(), ptr::null(), 1)));
        assert!(refused(|| put(ptr::null_mut())));
        assert!(get(&ENVIRON, ptr::null()).is_null() && get(&ENVIRON, c"".as_ptr()).is_null());
    }
    assert_eq!(found(c"OWN_E"), None);
}

#[test]
fn a_variable_is_found_by_all_that_stands_before_its_value() {
    let _test = TEST.lock();
    // SAFETY: as above; a text that stays.
    unsafe {
        attach(&ENVIRON);
        put(c"OWN_F=1=2".as_ptr().cast_mut());
    }
    assert_eq!(found(c"OWN_F"), Some("1=2".into()));
    assert_eq!(found(c"OWN_F=1"), Some("2".into()));
    assert_eq!(found(c"OWN"), None);
}

#[test]
fn an_environment_that_was_cleared_is_empty() {
    let _test = TEST.lock();
    // SAFETY: as above.
    unsafe { attach(&ENVIRON) };
    let kept: Vec<_> = env::vars_os().collect();
    assert!(!kept.is_empty());
    assert_eq!(clear(), 0);
    assert_eq!((found(c"PATH"), env::vars_os().count()), (None, 0));
    assert!(ENVIRON.load(Ordering::Acquire).is_null());
    // SAFETY: as above.
    unsafe { follow() };
    assert!(ENVIRON.load(Ordering::Acquire).is_null());
    // SAFETY: texts.
    assert_eq!(unsafe { set(&ENVIRON, c"OWN_G".as_ptr(), c"1".as_ptr(), 1) }, 0);
    assert_eq!(
        (listed("OWN_G"), env::vars_os().count()),
        (vec!["OWN_G=1".to_owned()], 1)
    );
    for (name, value) in kept {
        // SAFETY: as in `python_sets`.
        unsafe { env::set_var(name, value) };
    }
    // SAFETY: as above.
    unsafe { follow() };
    assert_eq!(found(c"PATH"), env::var("PATH").ok());
}

#[test]
fn what_python_sets_again_is_seen_again() {
    let _test = TEST.lock();
    // SAFETY: as above.
    unsafe { attach(&ENVIRON) };
    python_sets("OWN_H", Some("of Python"));
    // SAFETY: texts.
    unsafe { set(&ENVIRON, c"OWN_H".as_ptr(), c"of Rust".as_ptr(), 1) };
    // glibc has that text already, and uses it again.
    python_sets("OWN_H", Some("of Python"));
    assert_eq!(found(c"OWN_H"), Some("of Python".into()));
}

#[test]
fn a_variable_that_goes_leaves_nothing_at_the_end() {
    let _test = TEST.lock();
    // SAFETY: as above.
    unsafe { attach(&ENVIRON) };
    let used = lock().table.used();
    // SAFETY: texts.
    unsafe {
        set(&ENVIRON, c"OWN_I".as_ptr(), c"1".as_ptr(), 1);
        unset(c"OWN_I".as_ptr());
    }
    assert!(lock().table.used() <= used);
}

#[test]
fn values_that_were_set_are_written_over_in_the_end() {
    let _test = TEST.lock();
    // SAFETY: as above.
    unsafe { attach(&ENVIRON) };
    let set_to = |value: String| {
        let value = CString::new(value).unwrap_or_default();
        // SAFETY: texts.
        unsafe {
            assert_eq!(set(&ENVIRON, c"OWN_J".as_ptr(), value.as_ptr(), 1), 0);
            CStr::from_ptr(get(&ENVIRON, c"OWN_J".as_ptr()))
        }
    };
    let texts: Vec<_> = (0..KEPT).map(|turn| set_to(format!("{turn:060}"))).collect();
    for (turn, text) in texts.iter().enumerate() {
        assert_eq!(text.to_string_lossy().parse(), Ok(turn));
    }
    assert_eq!(found(c"OWN_J"), env::var("OWN_J").ok());
    // From here on, no memory is taken.
    for turn in KEPT..3 * KEPT {
        let text = set_to(format!("{turn:060}"));
        assert!(texts.iter().any(|old| ptr::eq(old.as_ptr(), text.as_ptr())));
        assert_eq!(env::var("OWN_J").ok().and_then(|value| value.parse().ok()), Some(turn));
    }
    let longer = set_to("x".repeat(500));
    assert_eq!(
        (longer.count_bytes(), found(c"OWN_J").map(|value| value.len())),
        (500, Some(500))
    );
}

#[test]
fn readers_never_miss_what_stays() {
    let _test = TEST.lock();
    // SAFETY: as above.
    unsafe { attach(&ENVIRON) };
    python_sets("OWN_STAYS", Some("stays"));
    let ended = AtomicBool::new(false);
    thread::scope(|scope| {
        let readers: Vec<_> = iter::repeat_with(|| {
            scope.spawn(|| {
                let mut reads = 0;
                while !ended.load(Ordering::Relaxed) {
                    assert_eq!(found(c"OWN_STAYS").as_deref(), Some("stays"));
                    let turn = found(c"OWN_TURN");
                    assert!(turn.is_none_or(|turn| turn.parse::<u32>().is_ok()));
                    let own = found(c"OWN_SET");
                    assert!(own.is_none_or(|own| own.len() <= 40 && own.bytes().all(|byte| byte == b'x')));
                    reads += 1;
                }
                reads
            })
        })
        .take(2)
        .collect();
        let mut turn = 0;
        while turn < 160 {
            turn += 1;
            // New names make the table grow, and those that go leave room.
            python_sets(&format!("OWN_NEW_{turn}"), Some("new"));
            python_sets("OWN_TURN", (turn % 3 > 0).then_some(&*turn.to_string()));
            let own = CString::new("x".repeat(turn as usize % 40)).unwrap_or_default();
            // SAFETY: texts.
            unsafe { set(&ENVIRON, c"OWN_SET".as_ptr(), own.as_ptr(), 1) };
            if turn > 130 {
                python_sets(&format!("OWN_NEW_{}", turn - 130), None);
            }
        }
        ended.store(true, Ordering::Relaxed);
        for reader in readers {
            assert!(reader.join().is_ok_and(|reads: u32| reads > 0));
        }
    });
}
