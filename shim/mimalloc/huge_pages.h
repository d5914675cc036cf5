// Huge pages (2 MiB) for a program that takes much memory, and none for one that takes little: each is zeroed when it is first touched,
// which a cold start waits for, and is resident whole, yet an event of megabytes finds its memory sooner by a tenth and more.
//
// mimalloc fills an arena from its lower end on. So what a small program touches is the head of the first, which is of ordinary pages; what
// lies behind it is huge, and so are further arenas, by mimalloc's own doing: who needs them has more than the first.
// MIMALLOC_ALLOW_THP=0 in the function's environment does without, everywhere.
#pragma once

#include <sys/mman.h>

#if defined(MADV_HUGEPAGE) && defined(MADV_NOHUGEPAGE)
// What a small program takes is less.
enum { ORDINARY_PAGES = 4 << 20 };

// With mimalloc's own constructor, and behind it: before those of C++, which may take memory.
static void mi_attr_constructor ask_for_huge_pages(void) {
  if (!mi_option_is_enabled(mi_option_allow_thp)) return;
  mi_subproc_t* const subproc = _mi_subproc();
  mi_arena_id_t reserved;
  // The first arena as mimalloc reserves it by itself, but without huge pages, before it touches the first.
  if (mi_arenas_get_count(subproc) == 0 && !mi_arena_reserve(subproc, 0, false, &reserved)) return;
  size_t size = 0;
  uint8_t* const start = mi_arena_area(mi_arena_id_from_arena(mi_arena_from_index(subproc, 0)), &size);
  if (start == NULL || size <= ORDINARY_PAGES) return;
  // A kernel without huge pages refuses, and there is nothing to be done about it.
  (void)madvise(start, ORDINARY_PAGES, MADV_NOHUGEPAGE);
  (void)madvise(start + ORDINARY_PAGES, size - ORDINARY_PAGES, MADV_HUGEPAGE);
}
#endif
