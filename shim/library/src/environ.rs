//! The environment variables as the library's code sees them.
//!
//! Python's client changes the process's environment between invocations (`_X_AMZN_TRACE_ID`), and Python code may do so at any
//! time, under the interpreter's lock; threads of Rust read it without that lock. In glibc before 2.41 a variable that comes anew
//! moves the table that others are reading. So the library has a table of its own: [`export!`](crate::export) defines `environ`,
//! `getenv`, `setenv` and what belongs to them, for the library alone, and what is linked into it (Rust's standard library, C) uses
//! these. The table is made before any constructor of the library runs, and follows Python's environment whenever Python calls in
//! and holds its lock; what the library sets is set for the process, too.
//!
//! A reader meets no lock. A slot of the table is a pointer that is replaced as a whole, and no table is freed. Nor is a text: those
//! that came from Python are glibc's, which keeps them, and of those that the library set for a variable, [`KEPT`] are kept, and then
//! the oldest is written over, never beyond its end. A variable that is taken out leaves an empty text behind, so that no other one
//! moves, unless it was the last.
//!
//! What this can't do: keep native code that is not in the library, and does not hold the interpreter's lock, from changing the
//! process's environment while [`follow`] reads it. No C library of the process could, either.

use std::{
    ffi::{CStr, c_char, c_int},
    mem, ptr, slice,
    sync::{
        MutexGuard,
        atomic::{AtomicPtr, AtomicU8, Ordering},
    },
};

use crate::{
    errno::{EINVAL, fail},
    fork::ForkMutex,
    symbol::replaced_symbol,
};

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
    /// What macOS, where this is developed at times, does not have.
    clearenv: Option<unsafe extern "C" fn() -> c_int>,
}

impl Libc {
    fn find() -> Option<Self> {
        // SAFETY: POSIX declares these symbols with these types.
        unsafe {
            Some(Self {
                environ: replaced_symbol(c"environ")?.cast_const().cast(),
                putenv: mem::transmute::<*mut _, unsafe extern "C" fn(*mut c_char) -> c_int>(replaced_symbol(
                    c"putenv",
                )?),
                unsetenv: mem::transmute::<*mut _, unsafe extern "C" fn(*const c_char) -> c_int>(replaced_symbol(
                    c"unsetenv",
                )?),
                clearenv: replaced_symbol(c"clearenv")
                    .map(|found| mem::transmute::<*mut _, unsafe extern "C" fn() -> c_int>(found)),
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
    /// The process's entries as they were last seen, and the slot of each; none for a further one of the same name.
    seen: Vec<(*mut c_char, Option<usize>)>,
    /// What the library set.
    own: Vec<Texts>,
}

// SAFETY: the pointers lead to texts that are not freed; what they point to is read and written as the module's documentation says,
// whatever the thread.
unsafe impl Send for State {}

static STATE: ForkMutex<State> = ForkMutex::new(State {
    libc: None,
    environ: None,
    slots: &[],
    seen: Vec::new(),
    own: Vec::new(),
});

fn lock() -> MutexGuard<'static, State> {
    STATE.lock()
}

/// Gives the library its own environment, a copy of the process's.
///
/// # Safety
///
/// Nobody but this module's functions may change the process's environment during the call. The interpreter's lock, which is held
/// when a library is imported, keeps Python code from it.
pub(crate) unsafe fn attach(environ: &'static Table) {
    let Some(libc) = Libc::find() else { return };
    {
        let mut state = lock();
        state.libc = Some(libc);
        if state.environ.is_none() {
            state.environ = Some(environ);
            // An allocator may read its settings as it gives memory for the table for the first time.
            // SAFETY: the process's `environ`; a table of pointers has the same form as the library's.
            environ.store(unsafe { *libc.environ }.cast_mut().cast(), Ordering::Release);
        }
    }
    // SAFETY: as of this function.
    unsafe { follow() };
    STATE.hold_around_forks();
}

/// Takes over what the process's environment has become.
///
/// # Safety
///
/// As of [`attach`].
#[inline(never)]
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
            if let Some(slot) = slot {
                self.slots[*slot].store(*entry, Ordering::Release);
            }
            *seen = *entry;
        }
        true
    }

    /// Takes over an environment in which variables came or went.
    fn rebuild(&mut self, entries: &[*mut c_char]) {
        // Before anything is published: a new allocator reads its settings here.
        let mut seen: Vec<(*mut c_char, Option<usize>)> = Vec::with_capacity(entries.len());
        if self.slots.len() <= entries.len() {
            self.slots = self.larger(entries.len());
        }
        for &entry in entries {
            let slot = self.place(entry);
            // Of several, `getenv` finds the first.
            let is_first = !seen.iter().any(|(_, taken)| *taken == Some(slot));
            if is_first {
                self.store(slot, entry);
            }
            seen.push((entry, is_first.then_some(slot)));
        }
        self.seen = seen;
        for index in 0..self.used() {
            if !self.seen.iter().any(|(_, kept)| *kept == Some(index)) {
                self.slots[index].store(GONE.as_ptr().cast_mut(), Ordering::Release);
            }
        }
        self.trim();
        self.publish();
    }

    /// Sets a variable in the table. The process's environment has it already.
    fn put(&mut self, entry: *mut c_char) {
        let slot = self.place(entry);
        self.store(slot, entry);
        match self.seen.iter_mut().find(|(_, kept)| *kept == Some(slot)) {
            Some((seen, _)) => *seen = entry,
            None => self.seen.push((entry, Some(slot))),
        }
        self.publish();
    }

    /// The slot for a variable: its own, or one that is free.
    fn place(&mut self, entry: *mut c_char) -> usize {
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
        place.or_else(free).unwrap_or(used)
    }

    fn store(&mut self, slot: usize, entry: *mut c_char) {
        // The last entry stays null.
        if slot + 1 >= self.slots.len() {
            self.slots = self.larger(slot);
        }
        self.slots[slot].store(entry, Ordering::Release);
    }

    fn used(&self) -> usize {
        let end = self
            .slots
            .iter()
            .position(|slot| slot.load(Ordering::Relaxed).is_null());
        end.unwrap_or(self.slots.len())
    }

    /// A copy of the table with room for more entries than `least`. The old one stays for those who are reading it; all that ever were
    /// are no larger together than this one.
    fn larger(&self, least: usize) -> &'static [Entry] {
        let size = (2 * self.slots.len()).max(128).max((least + 2).next_power_of_two());
        let old = self.slots.iter().map(|slot| slot.load(Ordering::Relaxed));
        let mut slots: Vec<Entry> = old.map(AtomicPtr::new).collect();
        slots.resize_with(size, AtomicPtr::default);
        Box::leak(slots.into_boxed_slice())
    }

    /// Takes empty texts from the table's end. Who reads them meets its end one entry later.
    fn trim(&self) {
        for slot in self.slots[..self.used()].iter().rev() {
            if !ptr::eq(slot.load(Ordering::Relaxed), GONE.as_ptr()) {
                break;
            }
            slot.store(ptr::null_mut(), Ordering::Release);
        }
    }

    /// Has `environ` lead to the table.
    fn publish(&self) {
        if let Some(environ) = self.environ {
            environ.store(self.slots.as_ptr().cast_mut(), Ordering::Release);
        }
    }

    /// A text `NAME=VALUE` of the library's own, and which one it is; it counts as used with [`Texts::turn`].
    fn text(&mut self, variable: &[u8], value: &[u8]) -> (*mut c_char, usize) {
        let index = self.own.iter().position(|texts| *texts.name == *variable);
        let index = index.unwrap_or_else(|| {
            self.own.push(Texts::new(variable));
            self.own.len() - 1
        });
        (self.own[index].write(value), index)
    }
}

/// How many texts that the library set for a variable stay as they are. POSIX lets a pointer that `getenv` returned go with the next
/// call of `setenv`; glibc's stays for good, for which it keeps each text that ever was.
const KEPT: usize = 16;

/// The texts that the library last set for one variable.
struct Texts {
    name: Box<[u8]>,
    texts: [&'static [AtomicU8]; KEPT],
    /// The one that is written next.
    next: usize,
}

impl Texts {
    fn new(name: &[u8]) -> Self {
        Self {
            name: name.into(),
            texts: [&[]; KEPT],
            next: 0,
        }
    }

    /// Writes `NAME=VALUE` in place of the oldest text.
    ///
    /// Whoever still reads that one meets bytes of both, and an end: the place's last byte is always zero.
    fn write(&mut self, value: &[u8]) -> *mut c_char {
        let text = || self.name.iter().chain(b"=").chain(value).chain(b"\0");
        let length = text().count();
        let place = &mut self.texts[self.next];
        if place.len() < length {
            // What it replaces is kept for its readers; all of those together are no larger than the last.
            let mut bytes = Vec::new();
            bytes.resize_with(length.next_power_of_two().max(64), AtomicU8::default);
            *place = Box::leak(bytes.into_boxed_slice());
        }
        for (to, from) in place.iter().zip(text()) {
            to.store(*from, Ordering::Relaxed);
        }
        place.as_ptr().cast_mut().cast()
    }

    /// What was written is in use: the next one goes elsewhere.
    fn turn(&mut self) {
        self.next = (self.next + 1) % KEPT;
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

/// The value of a variable as the library sees it; what is not UTF-8 in it is replaced.
///
/// Without std's lock, which in a forked child a thread of the parent's may hold for ever. The interpreter's lock is held: what Python
/// set stays meanwhile.
pub(crate) fn value(variable: &CStr) -> Option<String> {
    let environ = lock().environ?;
    // SAFETY: the name is a text.
    let value = unsafe { get(environ, variable.as_ptr()) };
    // SAFETY: a text, which is not freed.
    (!value.is_null()).then(|| String::from_utf8_lossy(unsafe { CStr::from_ptr(value) }.to_bytes()).into_owned())
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
    if wanted.is_empty() {
        return ptr::null_mut();
    }
    loop {
        // SAFETY: a table's entries end with a null one, and stay where they are.
        let text = unsafe { (*entry).load(Ordering::Acquire) };
        if text.is_null() {
            return ptr::null_mut();
        }
        // SAFETY: an entry is a text that is not freed.
        let rest = unsafe { CStr::from_ptr(text) }.to_bytes().strip_prefix(wanted);
        if rest.is_some_and(|rest| rest.starts_with(b"=")) {
            // SAFETY: the value begins behind the name and the sign.
            return unsafe { text.add(wanted.len() + 1) };
        }
        // SAFETY: this one was not the last.
        entry = unsafe { entry.add(1) };
    }
}

/// The bytes of a variable's name; `None` for what is none.
///
/// # Safety
///
/// `variable` is null or a text.
unsafe fn variable_name<'a>(variable: *const c_char) -> Option<&'a [u8]> {
    if variable.is_null() {
        return None;
    }
    // SAFETY: the caller's promise.
    let name = unsafe { CStr::from_ptr(variable) }.to_bytes();
    (!name.is_empty() && !name.contains(&b'=')).then_some(name)
}

/// `setenv` for the library's code: sets a variable for the process and for the library.
///
/// # Safety
///
/// As of POSIX's function: both are texts.
pub unsafe fn set(environ: &Table, variable: *const c_char, value: *const c_char, overwrite: c_int) -> c_int {
    // SAFETY: the caller's promise.
    let Some(name) = (unsafe { variable_name(variable) }) else {
        return fail(EINVAL);
    };
    if value.is_null() {
        return fail(EINVAL);
    }
    // SAFETY: the caller's promise.
    let value = unsafe { CStr::from_ptr(value) }.to_bytes();
    let mut state = lock();
    // SAFETY: a text.
    if overwrite == 0 && !unsafe { get(environ, variable) }.is_null() {
        return 0;
    }
    let (entry, texts) = state.text(name, value);
    let status = put(&mut state, entry);
    if status == 0 {
        state.own[texts].turn();
    }
    status
}

/// `putenv` for the library's code.
///
/// # Safety
///
/// As of POSIX's function: `entry` is a text that stays.
pub unsafe fn put_entry(entry: *mut c_char) -> c_int {
    if entry.is_null() {
        return fail(EINVAL);
    }
    // SAFETY: the caller's promise.
    match unsafe { name(entry) } {
        Some(_) => put(&mut lock(), entry),
        // Without a sign, glibc takes it as a name to take out, and succeeds if there is no such variable.
        None => {
            // SAFETY: a text.
            unsafe { unset(entry) };
            0
        }
    }
}

/// Sets a variable for the process, then for the library. Where the first fails, it leaves its `errno`.
fn put(state: &mut State, entry: *mut c_char) -> c_int {
    if let Some(libc) = state.libc {
        // SAFETY: the entry is a text that is not freed.
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
    // SAFETY: the caller's promise.
    let Some(wanted) = (unsafe { variable_name(variable) }) else {
        return fail(EINVAL);
    };
    let mut state = lock();
    if let Some(libc) = state.libc {
        // SAFETY: the caller's promise.
        let status = unsafe { (libc.unsetenv)(variable) };
        if status != 0 {
            return status;
        }
    }
    for slot in state.slots {
        // SAFETY: an entry is a text that is not freed.
        if unsafe { name(slot.load(Ordering::Relaxed)) } == Some(wanted) {
            slot.store(GONE.as_ptr().cast_mut(), Ordering::Release);
        }
    }
    // SAFETY: as above.
    state.seen.retain(|(entry, _)| unsafe { name(*entry) } != Some(wanted));
    state.trim();
    0
}

/// `clearenv` for the library's code: takes out every variable, of the process and of the library. As in glibc, `environ` is null then.
pub fn clear() -> c_int {
    let mut state = lock();
    if let Some(clearenv) = state.libc.and_then(|libc| libc.clearenv) {
        // SAFETY: the lock keeps this library's code from the environment; others are as for any caller of `clearenv`.
        let status = unsafe { clearenv() };
        if status != 0 {
            return status;
        }
    }
    if let Some(environ) = state.environ {
        environ.store(ptr::null_mut(), Ordering::Release);
    }
    for slot in state.slots.iter().rev() {
        slot.store(ptr::null_mut(), Ordering::Release);
    }
    state.seen.clear();
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

        #[unsafe(no_mangle)]
        extern "C" fn clearenv() -> ::core::ffi::c_int {
            $crate::environment::clear()
        }
    };
}

#[cfg(test)]
mod tests {
    use std::{
        env,
        ffi::CString,
        io::Error,
        iter,
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
            // Without a sign it is a name to take out, of a variable that need not be.
            assert_eq!(put_entry(c"OWN_D".as_ptr().cast_mut()), 0);
            assert_eq!((found(c"OWN_D"), env::var("OWN_D").ok()), (None, None));
            assert_eq!(put_entry(c"OWN_D".as_ptr().cast_mut()), 0);
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
            assert!(refused(|| put_entry(ptr::null_mut())));
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
            put_entry(c"OWN_F=1=2".as_ptr().cast_mut());
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
        let used = lock().used();
        // SAFETY: texts.
        unsafe {
            set(&ENVIRON, c"OWN_I".as_ptr(), c"1".as_ptr(), 1);
            unset(c"OWN_I".as_ptr());
        }
        assert!(lock().used() <= used);
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
}
