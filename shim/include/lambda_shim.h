/*
 * The C interface of a shared library that `rust_lambda_zip` builds.
 *
 * Its functions are called in a process that runs CPython 3.10 or later, with the interpreter's lock held (`ctypes.PyDLL`
 * does so); they give the lock up while the program runs. One that returns an object returns a new reference; NULL, with an
 * exception set, for what failed. Objects that are passed in stay the caller's. Functions of the library, which a parameter
 * `function` numbers, stand in the order of the target's `functions`, from 0.
 *
 * A caller compares `lambda_shim_version()` with `LAMBDA_SHIM_VERSION` before all else, then calls
 * `lambda_shim_install` once, then the others.
 *
 *     ctypes.PyDLL("./libhello.so").lambda_shim_version()
 *
 * Like `Python.h`, it is included before what else may declare `PyObject`, or after that.
 */
#ifndef LAMBDA_SHIM_H
#define LAMBDA_SHIM_H

/* The version of what is declared here. Another one has functions of other signatures or meanings. */
#define LAMBDA_SHIM_VERSION 4

#ifdef __cplusplus
extern "C" {
#endif

/* As CPython declares it. */
typedef struct _object PyObject;

/* The version of the interface that the library has. Needs neither the lock nor an interpreter. */
long lambda_shim_version(void);

/*
 * Sets what the library calls Python for, and where CloudWatch metrics are logged.
 *
 *   parsed   (function: int, event, context) -> object: answers an event that is not `bytes`
 *   headers  (context) -> (str, str): the client context and the identity of an invocation, as JSON, or ""
 *   fail     (error_type: str, message: str): raises a failure of the program
 *   over     (function: int): called when the program's `main` has ended, behind the last answer: the next call of
 *            `lambda_shim_init` ends the process
 *   metrics  str: a namespace of CloudWatch metrics; "" for none
 *
 * Returns None. Raises ImportError in a Python without a lock.
 */
PyObject *lambda_shim_install(PyObject *parsed, PyObject *headers, PyObject *fail, PyObject *over, PyObject *metrics);

/*
 * Runs a function's program up to where it waits for its first event. The process is that function's own from then on: it ends
 * when the program's `main` does. Returns None.
 */
PyObject *lambda_shim_init(long function);

/* Has a program's own event loop take the process over. Returns only with a failure. */
PyObject *lambda_shim_run(long function);

/*
 * Hands an event to a function, whose program is started if it is not yet running.
 *
 *   event    bytes: the event as Lambda sent it, JSON
 *   context  what Lambda's runtime client gives handlers: attributes that are not there count as empty
 *
 * Returns the response as bytes, JSON. Raises what `fail` does.
 */
PyObject *lambda_shim_invoke(long function, PyObject *event, PyObject *context);

/* Runs what the programs have to do before a snapshot is taken. Returns None. */
PyObject *lambda_shim_before_snapshot(void);

/* Runs what the programs have to do after the process was restored from a snapshot. Returns None. */
PyObject *lambda_shim_after_restore(void);

#ifdef __cplusplus
}
#endif

#endif
