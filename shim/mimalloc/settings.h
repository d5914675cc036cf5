// mimalloc as its own release builds have it: without checks, padding and statistics.
#pragma once

#define NDEBUG 1
#define MI_BUILD_RELEASE 1
#define MI_DEBUG 0
// Without pages of 2 MiB: each is zeroed as it is first touched, which a cold start waits for, and is resident whole.
#define MI_NO_THP 1
