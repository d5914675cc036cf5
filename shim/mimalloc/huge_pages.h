// Huge pages (2 MiB) for a program that takes much memory, and none for one that takes little: each is zeroed when it is first touched,
// which a cold start waits for, and is resident whole, yet an event of megabytes finds its memory sooner by a tenth and more.
//
// mimalloc hands out pages of one kind (small, medium, large) from one chunk of an arena, from its lower end on, until that is full. So what
// a small program touches is the head of a few chunks. Arenas behind the first are huge pages as a whole, by mimalloc's own doing: who needs
// them has more than it.
// MIMALLOC_ALLOW_THP=0 in the function's environment does without, everywhere.
#pragma once

#include <sys/mman.h>

#if defined(MADV_HUGEPAGE) && defined(MADV_NOHUGEPAGE)
enum {
  HUGE_PAGES_ARENA = 256 << 20,
  // Two huge pages: what a small program takes of a chunk is less.
  HUGE_PAGES_HEAD = 4 << 20,
};

static void __attribute__((constructor)) huge_pages_behind_the_heads(void) {
  if (!mi_option_is_enabled(mi_option_allow_thp)) return;
  mi_subproc_t* const subproc = _mi_subproc();
  // An executable's constructors may have taken memory by now. Without overcommit, an arena is not reserved as a whole.
  if (mi_arenas_get_count(subproc) == 0) {
    if (!_mi_os_has_overcommit() || mi_option_get(mi_option_arena_reserve) == 0) return;
    if (mi_reserve_os_memory(HUGE_PAGES_ARENA, true, false) != 0) return;
  }
  size_t size;
  uint8_t* const start = mi_arena_area(mi_arena_id_from_arena(mi_arena_from_index(subproc, 0)), &size);
  const size_t chunk = MI_BCHUNK_BITS * MI_ARENA_SLICE_SIZE;
  if (start == NULL) return;
  // A kernel without huge pages refuses, and there is nothing to be done about it.
  for (size_t at = 0; at + chunk <= size; at += chunk) {
    (void)madvise(start + at, HUGE_PAGES_HEAD, MADV_NOHUGEPAGE);
    (void)madvise(start + at + HUGE_PAGES_HEAD, chunk - HUGE_PAGES_HEAD, MADV_HUGEPAGE);
  }
}
#endif
