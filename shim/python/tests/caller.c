/* Calls a library as `lambda_shim.h` says. Declares what it takes of libc, whose headers it does not need. */
#include "lambda_shim.h"

extern void *dlopen(const char *path, int flags);
extern void *dlsym(void *library, const char *name);

/* RTLD_NOW */
static const int NOW = 2;

#define FIND(library, name) ((__typeof__(name) *)dlsym((library), #name))

/* Whether the library at a path has the version of the header. */
long fits(const char *path) {
    void *library = dlopen(path, NOW);
    return library && FIND(library, lambda_shim_version)() == LAMBDA_SHIM_VERSION;
}

/* Hands an event to a function of the library at a path. */
PyObject *call(const char *path, long function, PyObject *event, PyObject *context) {
    return FIND(dlopen(path, NOW), lambda_shim_invoke)(function, event, context);
}
