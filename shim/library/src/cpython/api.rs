//! The part of CPython's [stable ABI](https://docs.python.org/3.13/c-api/stable.html) that the module uses, found in the process at run time.
//!
//! The library is not linked against Python: it loads in any process, and has these only where an interpreter imports it.

use std::{
    ffi::{CStr, c_char, c_int, c_long, c_void},
    mem, ptr,
    sync::OnceLock,
};

use crate::process::symbol::symbol;

/// A Python object: an owned or a borrowed [reference](https://docs.python.org/3.13/c-api/intro.html#reference-counts), as the
/// documentation of what returns it says.
pub(super) type Object = *mut c_void;

/// A function of the [`METH_FASTCALL`](https://docs.python.org/3.13/c-api/structures.html#c.METH_FASTCALL) convention.
pub(super) type FastCall = unsafe extern "C-unwind" fn(Object, *const Object, isize) -> Object;

/// [`PyMethodDef`](https://docs.python.org/3.13/c-api/structures.html#c.PyMethodDef).
#[repr(C)]
pub(super) struct MethodDef {
    pub(super) name: *const c_char,
    pub(super) call: Option<FastCall>,
    pub(super) flags: c_int,
    pub(super) doc: *const c_char,
}

// SAFETY: what the pointers lead to is constant.
unsafe impl Sync for MethodDef {}

/// `METH_FASTCALL`.
const FASTCALL: c_int = 0x80;

impl MethodDef {
    /// A method without a description, which would lie in each library: `cpython.rs` has them.
    pub(super) const fn new(name: &'static CStr, call: FastCall) -> Self {
        Self {
            name: name.as_ptr(),
            call: Some(call),
            flags: FASTCALL,
            doc: ptr::null(),
        }
    }

    /// The end of a list.
    pub(super) const END: Self = Self {
        name: ptr::null(),
        call: None,
        flags: 0,
        doc: ptr::null(),
    };
}

/// [`PyModuleDef`](https://docs.python.org/3.13/c-api/module.html#c.PyModuleDef).
#[repr(C)]
pub(super) struct ModuleDef {
    /// `PyModuleDef_Base`, which CPython fills in: reference count, type, init function, index, copy.
    base: [usize; 5],
    name: *const c_char,
    doc: *const c_char,
    size: isize,
    methods: *const MethodDef,
    slots: [*mut c_void; 4],
}

impl ModuleDef {
    pub(super) const fn new(name: &'static CStr, methods: &'static [MethodDef]) -> Self {
        Self {
            // Static objects start with one reference.
            base: [1, 0, 0, 0, 0],
            name: name.as_ptr(),
            doc: ptr::null(),
            // No state of its own: one interpreter imports it.
            size: -1,
            methods: methods.as_ptr(),
            slots: [ptr::null_mut(); 4],
        }
    }
}

/// The version of the stable ABI that [`PyModule_Create2`](https://docs.python.org/3.13/c-api/module.html#c.PyModule_Create2) takes.
pub(super) const STABLE_ABI: c_int = 3;

macro_rules! python_api {
    ($($field:ident = $name:literal: $type:ty,)*) => {
        /// CPython's functions and constants.
        pub(super) struct Api {
            $(pub(super) $field: $type,)*
        }

        impl Api {
            fn load() -> Option<Self> {
                Some(Self {
                    $($field: {
                        let symbol = symbol($name)?;
                        // SAFETY: the stable ABI declares this symbol with this type, from Python 3.10 on.
                        unsafe { mem::transmute_copy::<*mut c_void, $type>(&symbol) }
                    },)*
                })
            }
        }
    };
}

python_api! {
    none = c"_Py_NoneStruct": Object,
    type_error = c"PyExc_TypeError": *const Object,
    system_error = c"PyExc_SystemError": *const Object,
    import_error = c"PyExc_ImportError": *const Object,
    sys_object = c"PySys_GetObject": unsafe extern "C-unwind" fn(*const c_char) -> Object,
    error = c"PyErr_Occurred": unsafe extern "C-unwind" fn() -> Object,
    bytes_data = c"PyBytes_AsStringAndSize": unsafe extern "C-unwind" fn(Object, *mut *const u8, *mut isize) -> c_int,
    new_bytes = c"PyBytes_FromStringAndSize": unsafe extern "C-unwind" fn(*const u8, isize) -> Object,
    new_c_function = c"PyCFunction_NewEx": unsafe extern "C-unwind" fn(*const MethodDef, Object, Object) -> Object,
    dec_ref = c"Py_DecRef": unsafe extern "C-unwind" fn(Object),
    inc_ref = c"Py_IncRef": unsafe extern "C-unwind" fn(Object),
    clear_error = c"PyErr_Clear": unsafe extern "C-unwind" fn(),
    set_error = c"PyErr_SetString": unsafe extern "C-unwind" fn(Object, *const c_char),
    release_lock = c"PyEval_SaveThread": unsafe extern "C-unwind" fn() -> *mut c_void,
    take_lock = c"PyEval_RestoreThread": unsafe extern "C-unwind" fn(*mut c_void),
    to_long = c"PyLong_AsLong": unsafe extern "C-unwind" fn(Object) -> c_long,
    new_long = c"PyLong_FromLong": unsafe extern "C-unwind" fn(c_long) -> Object,
    create_module = c"PyModule_Create2": unsafe extern "C-unwind" fn(*mut ModuleDef, c_int) -> Object,
    get_attribute = c"PyObject_GetAttr": unsafe extern "C-unwind" fn(Object, Object) -> Object,
    call = c"PyObject_CallObject": unsafe extern "C-unwind" fn(Object, Object) -> Object,
    new_tuple = c"PyTuple_New": unsafe extern "C-unwind" fn(isize) -> Object,
    set_item = c"PyTuple_SetItem": unsafe extern "C-unwind" fn(Object, isize, Object) -> c_int,
    get_item = c"PyTuple_GetItem": unsafe extern "C-unwind" fn(Object, isize) -> Object,
    text_data = c"PyUnicode_AsUTF8AndSize": unsafe extern "C-unwind" fn(Object, *mut isize) -> *const u8,
    decode = c"PyUnicode_DecodeUTF8": unsafe extern "C-unwind" fn(*const u8, isize, *const c_char) -> Object,
    intern = c"PyUnicode_InternFromString": unsafe extern "C-unwind" fn(*const c_char) -> Object,
}

// SAFETY: the fields are functions, and constants of the interpreter.
unsafe impl Send for Api {}
// SAFETY: as above; that they are used under the interpreter's lock is up to who calls them.
unsafe impl Sync for Api {}

impl Api {
    /// The interpreter that this process runs, if it does.
    pub(super) fn get() -> Option<&'static Self> {
        static API: OnceLock<Option<Api>> = OnceLock::new();
        API.get_or_init(Self::load).as_ref()
    }
}
