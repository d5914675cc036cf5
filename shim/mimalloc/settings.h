// mimalloc as its own release builds have it: without checks, padding and statistics.
#pragma once

#define NDEBUG 1
#define MI_BUILD_RELEASE 1
#define MI_DEBUG 0
