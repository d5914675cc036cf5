//! The environment variables as the library's code sees them.
//!
//! Python's client changes the process's environment between invocations (`_X_AMZN_TRACE_ID`), and Python code may do so at any
//! time, under the interpreter's lock; threads of Rust read it without that lock. In glibc before 2.41 a variable that comes anew
//! moves the table that others are reading. So the library has a table of its own: [`export!`](crate::export) defines `environ`,
//! `getenv`, `setenv` and what belongs to them, for the library alone, and what is linked into it (Rust's standard library, C) uses
//! these. The table follows Python's environment whenever Python calls in and holds its lock; what the library sets is set for the
//! process, too.
//!
//! A reader meets no lock. A slot of the table is a pointer that is replaced as a whole; what it leads to is never freed: glibc
//! keeps what it was given for as long as the process lives. A variable that is taken out leaves an empty text behind, so that no
//! other one moves.

use std::{
    ffi::{CStr, CString, c_char, c_int},
    mem, ptr, slice,
    sync::{
        MutexGuard,
        atomic::{AtomicPtr, Ordering},
    },
};

use crate::{fork::ForkMutex, symbol::symbol};

/// An entry of a table: a pointer to `NAME=VALUE`, null at the table's end.
pub type Entry = AtomicPtr<c_char>;
/// What `environ` is: the address of the first entry.
pub type Table = AtomicPtr<Entry>;

/// What a variable that was taken out leaves behind; no name is empty.
static GONE: &CStr = c"";

/// The functions of the process's own libc.
#[derive(Clone, Copy)]
struct Libc {
    environ: *const *const *mut c_char,
    putenv: unsafe extern "C" fn(*mut c_char) -> c_int,
    unsetenv: unsafe extern "C" fn(*const c_char) -> c_int,
}

impl Libc {
    fn find() -> Option<Self> {
        // SAFETY: POSIX declares these symbols with these types.
        unsafe {
            Some(Self {
                environ: symbol(c"environ")?.cast_const().cast(),
                putenv: mem::transmute::<*mut _, unsafe extern "C" fn(*mut c_char) -> c_int>(symbol(c"putenv")?),
                unsetenv: mem::transmute::<*mut _, unsafe extern "C" fn(*const c_char) -> c_int>(symbol(c"unsetenv")?),
            })
        }
    }

    /// The entries of the process's environment.
    ///
    /// # Safety
    ///
    /// Nobody may change the process's environment while the result lives.
    unsafe fn entries<'a>(&self) -> &'a [*mut c_char] {
        // SAFETY: `environ` is null, or leads to entries of which the last is null.
        unsafe {
            let first = *self.environ;
            if first.is_null() {
                return &[];
            }
            let mut count = 0;
            while !(*first.add(count)).is_null() {
                count += 1;
            }
            slice::from_raw_parts(first, count)
        }
    }
}

/// What writers share.
struct State {
    libc: Option<Libc>,
    /// The library's `environ`.
    environ: Option<&'static Table>,
    /// The entries of the table that `environ` leads to, the null ones at its end included.
    slots: &'static [Entry],
    /// The process's entries as they were last seen, and the slot of each.
    seen: Vec<(*mut c_char, usize)>,
}

// SAFETY: what the pointers lead to is never freed, and is only read.
unsafe impl Send for State {}

static STATE: ForkMutex<State> = ForkMutex::new(State {
    libc: None,
    environ: None,
    slots: &[],
    seen: Vec::new(),
});

fn lock() -> MutexGuard<'static, State> {
    STATE.lock()
}

/// Gives the library its own environment, a copy of the process's.
///
/// # Safety
///
/// Nobody but this module's functions may change the process's environment during the call: the interpreter's lock is held.
pub(crate) unsafe fn attach(environ: &'static Table) {
    STATE.hold_around_forks();
    {
        let mut state = lock();
        state.libc = Libc::find();
        state.environ = Some(environ);
    }
    // SAFETY: as of this function.
    unsafe { follow() };
}

/// Takes over what the process's environment has become.
///
/// # Safety
///
/// As of [`attach`].
pub(crate) unsafe fn follow() {
    let mut state = lock();
    let Some(libc) = state.libc else { return };
    // SAFETY: the caller keeps others from changing it, and the lock this library's own code.
    let entries = unsafe { libc.entries() };
    if !state.replace(entries) {
        state.rebuild(entries);
    }
}

impl State {
    /// Takes over values that changed, which is what happens from one invocation to the next; false, with nothing lost, if variables
    /// came or went.
    fn replace(&mut self, entries: &[*mut c_char]) -> bool {
        if entries.len() != self.seen.len() {
            return false;
        }
        for (entry, (seen, slot)) in entries.iter().zip(&mut self.seen) {
            if entry == seen {
                continue;
            }
            // SAFETY: entries of an environment are texts that are not freed.
            if unsafe { name(*entry) != name(*seen) } {
                return false;
            }
            self.slots[*slot].store(*entry, Ordering::Release);
            *seen = *entry;
        }
        true
    }

    /// Takes over an environment in which variables came or went.
    fn rebuild(&mut self, entries: &[*mut c_char]) {
        self.seen.clear();
        for &entry in entries {
            let slot = self.put(entry);
            self.seen.push((entry, slot));
        }
        for (index, slot) in self.slots.iter().enumerate() {
            if !slot.load(Ordering::Relaxed).is_null() && !self.seen.iter().any(|(_, kept)| *kept == index) {
                slot.store(GONE.as_ptr().cast_mut(), Ordering::Release);
            }
        }
    }

    /// Sets a variable in the table, and returns its slot.
    fn put(&mut self, entry: *mut c_char) -> usize {
        // SAFETY: entries are texts that are not freed.
        let same = |slot: &Entry, wanted: &[u8]| unsafe { name(slot.load(Ordering::Relaxed)) == Some(wanted) };
        // SAFETY: as above.
        let wanted = unsafe { name(entry) }.unwrap_or_default();
        let used = self.used();
        let place = self.slots[..used].iter().position(|slot| same(slot, wanted));
        let free = || {
            self.slots[..used]
                .iter()
                .position(|slot| ptr::eq(slot.load(Ordering::Relaxed), GONE.as_ptr()))
        };
        let place = place.or_else(free).unwrap_or(used);
        // The last entry stays null.
        if place + 1 >= self.slots.len() {
            self.grow();
        }
        self.slots[place].store(entry, Ordering::Release);
        place
    }

    fn used(&self) -> usize {
        let end = self
            .slots
            .iter()
            .position(|slot| slot.load(Ordering::Relaxed).is_null());
        end.unwrap_or(self.slots.len())
    }

    /// Moves to a larger table. The old one stays for those who are reading it; all that ever were are no larger together than this one.
    fn grow(&mut self) {
        let size = (2 * self.slots.len()).max(128);
        let old = self.slots.iter().map(|slot| slot.load(Ordering::Relaxed));
        let mut slots: Vec<Entry> = old.map(AtomicPtr::new).collect();
        slots.resize_with(size, AtomicPtr::default);
        self.slots = Box::leak(slots.into_boxed_slice());
        if let Some(environ) = self.environ {
            environ.store(self.slots.as_ptr().cast_mut(), Ordering::Release);
        }
    }
}

/// The name in `NAME=VALUE`; `None` where there is none.
///
/// # Safety
///
/// `entry` is null, or a text that is not freed.
unsafe fn name<'a>(entry: *mut c_char) -> Option<&'a [u8]> {
    if entry.is_null() {
        return None;
    }
    // SAFETY: the caller's promise.
    let text = unsafe { CStr::from_ptr(entry) }.to_bytes();
    // A name may begin with the sign.
    let end = text.iter().skip(1).position(|byte| *byte == b'=')? + 1;
    Some(&text[..end])
}

/// `getenv` for the library's code.
///
/// # Safety
///
/// As of POSIX's function: `wanted` is a text. The result is never freed.
pub unsafe fn get(environ: &Table, wanted: *const c_char) -> *mut c_char {
    let mut entry = environ.load(Ordering::Acquire).cast_const();
    if entry.is_null() || wanted.is_null() {
        return ptr::null_mut();
    }
    // SAFETY: the caller's promise.
    let wanted = unsafe { CStr::from_ptr(wanted) }.to_bytes();
    loop {
        // SAFETY: a table's entries end with a null one, and stay where they are.
        let text = unsafe { (*entry).load(Ordering::Acquire) };
        if text.is_null() {
            return ptr::null_mut();
        }
        // SAFETY: an entry is a text that is not freed.
        if unsafe { name(text) } == Some(wanted) {
            // SAFETY: the value begins behind the name and the sign.
            return unsafe { text.add(wanted.len() + 1) };
        }
        // SAFETY: this one was not the last.
        entry = unsafe { entry.add(1) };
    }
}

/// `setenv` for the library's code: sets a variable for the process and for the library.
///
/// # Safety
///
/// As of POSIX's function: both are texts.
pub unsafe fn set(environ: &Table, variable: *const c_char, value: *const c_char, overwrite: c_int) -> c_int {
    if variable.is_null() || value.is_null() {
        return -1;
    }
    // SAFETY: the caller's promise.
    let (variable, value) = unsafe { (CStr::from_ptr(variable), CStr::from_ptr(value)) };
    if variable.is_empty() || variable.to_bytes().contains(&b'=') {
        return -1;
    }
    // SAFETY: a text.
    if overwrite == 0 && !unsafe { get(environ, variable.as_ptr()) }.is_null() {
        return 0;
    }
    let entry = [variable.to_bytes(), b"=", value.to_bytes()].concat();
    match CString::new(entry) {
        // Kept for those who read it, as glibc keeps what it is given.
        Ok(entry) => put(entry.into_raw()),
        Err(_) => -1,
    }
}

/// `putenv` for the library's code.
///
/// # Safety
///
/// As of POSIX's function: `entry` is a text that stays.
pub unsafe fn put_entry(entry: *mut c_char) -> c_int {
    // SAFETY: the caller's promise.
    match unsafe { name(entry) } {
        Some(_) => put(entry),
        // Without a sign, glibc takes it as a name to take out.
        None if !entry.is_null() => {
            // SAFETY: a text.
            unsafe { unset(entry) }
        }
        None => -1,
    }
}

fn put(entry: *mut c_char) -> c_int {
    let mut state = lock();
    if let Some(libc) = state.libc {
        // SAFETY: the entry is a text that is never freed.
        let status = unsafe { (libc.putenv)(entry) };
        if status != 0 {
            return status;
        }
    }
    state.put(entry);
    0
}

/// `unsetenv` for the library's code.
///
/// # Safety
///
/// As of POSIX's function: `variable` is a text.
pub unsafe fn unset(variable: *const c_char) -> c_int {
    if variable.is_null() {
        return -1;
    }
    let state = lock();
    if let Some(libc) = state.libc {
        // SAFETY: the caller's promise.
        let status = unsafe { (libc.unsetenv)(variable) };
        if status != 0 {
            return status;
        }
    }
    // SAFETY: the caller's promise.
    let wanted = unsafe { CStr::from_ptr(variable) }.to_bytes();
    for slot in state.slots {
        // SAFETY: an entry is a text that is not freed.
        if unsafe { name(slot.load(Ordering::Relaxed)) } == Some(wanted) {
            slot.store(GONE.as_ptr().cast_mut(), Ordering::Release);
        }
    }
    0
}

/// Defines the C functions and the variable by which code reaches the environment, for what is linked into the same library.
#[doc(hidden)]
#[macro_export]
macro_rules! export_environment {
    () => {
        #[allow(non_upper_case_globals)]
        #[unsafe(no_mangle)]
        pub static environ: $crate::environment::Table = ::core::sync::atomic::AtomicPtr::new(::core::ptr::null_mut());

        #[unsafe(no_mangle)]
        unsafe extern "C" fn getenv(name: *const ::core::ffi::c_char) -> *mut ::core::ffi::c_char {
            // SAFETY: the caller's contract is the same.
            unsafe { $crate::environment::get(&environ, name) }
        }

        #[unsafe(no_mangle)]
        unsafe extern "C" fn secure_getenv(name: *const ::core::ffi::c_char) -> *mut ::core::ffi::c_char {
            // SAFETY: the caller's contract is the same. A function has no more rights than who started it.
            unsafe { $crate::environment::get(&environ, name) }
        }

        #[unsafe(no_mangle)]
        unsafe extern "C" fn setenv(
            name: *const ::core::ffi::c_char,
            value: *const ::core::ffi::c_char,
            overwrite: ::core::ffi::c_int,
        ) -> ::core::ffi::c_int {
            // SAFETY: the caller's contract is the same.
            unsafe { $crate::environment::set(&environ, name, value, overwrite) }
        }

        #[unsafe(no_mangle)]
        unsafe extern "C" fn putenv(entry: *mut ::core::ffi::c_char) -> ::core::ffi::c_int {
            // SAFETY: the caller's contract is the same.
            unsafe { $crate::environment::put_entry(entry) }
        }

        #[unsafe(no_mangle)]
        unsafe extern "C" fn unsetenv(name: *const ::core::ffi::c_char) -> ::core::ffi::c_int {
            // SAFETY: the caller's contract is the same.
            unsafe { $crate::environment::unset(name) }
        }
    };
}

#[cfg(test)]
mod tests {
    use std::{
        env, iter,
        sync::{Mutex, atomic::AtomicBool},
        thread,
    };

    use super::*;

    static ENVIRON: Table = AtomicPtr::new(ptr::null_mut());
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
            assert_eq!(put_entry(c"OWN_D=4".as_ptr().cast_mut()), 0);
            assert_eq!(
                (found(c"OWN_D"), env::var("OWN_D").ok()),
                (Some("4".into()), Some("4".into()))
            );
            assert_eq!(set(&ENVIRON, c"".as_ptr(), c"1".as_ptr(), 1), -1);
            assert_eq!(set(&ENVIRON, c"A=B".as_ptr(), c"1".as_ptr(), 1), -1);
        }
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
}
