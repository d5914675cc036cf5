#include "measure.h"

struct measures measure(const char *text, size_t length) {
  struct measures found = {0, 0};
  size_t word = 0;
  for (size_t at = 0; at <= length; ++at) {
    if (at < length && text[at] != ' ') {
      ++word;
      continue;
    }
    found.words += word > 0;
    found.longest = word > found.longest ? word : found.longest;
    word = 0;
  }
  return found;
}
