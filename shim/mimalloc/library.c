// mimalloc for a shared library's Rust code, which calls it by name; see src/lib.rs.
#include "renamed.h"
#include "settings.h"

#include "static.c"
#include "huge_pages.h"
#include "keep.h"
