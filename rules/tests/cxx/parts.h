#ifndef RULES_TESTS_CXX_PARTS_H_
#define RULES_TESTS_CXX_PARTS_H_

extern "C" {

// The number of `text`, or what the exception says that it raises, as a string to be given to `parts_free`.
const char *parts_number(const char *text);
void parts_free(const char *text);

// Whether an object is known by what it is made of.
bool parts_knows_type();

// How many variables were initialised before anything of the library was called.
int parts_initialised();

// How many threads had a variable of their own, of four that counted in it.
int parts_threads();

// Raises an exception below `call`, which calls `parts_raise`, and says whether it came back.
bool parts_through(void (*call)());
void parts_raise();

// Calls what may unwind; counts the objects that were destroyed on the way.
void parts_guarded(void (*call)());
int parts_destroyed();

// Writes a line as streams do.
void parts_write(const char *text);

// Whether it is compiled as a release is.
bool parts_optimised();
bool parts_asserts();

}

#endif
