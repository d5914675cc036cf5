// What was freed is kept for the next event, as glibc's thresholds are set where memory is its: a function is billed for the memory that it is
// configured with, and to have a page again costs more than to have kept it. By default mimalloc gives back what nobody used for a second.
// MIMALLOC_PURGE_DELAY in the function's environment says otherwise.
#pragma once

static void mi_attr_constructor keep_what_was_freed(void) { mi_option_set_default(mi_option_purge_delay, -1); }
