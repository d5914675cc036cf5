// mimalloc as an executable's `malloc`, `free` and so on: for all of its process, glibc included.
#define MI_MALLOC_OVERRIDE 1
#include "renamed.h"
#include "settings.h"

#include "static.c"
#include "huge_pages.h"
#include "keep.h"
