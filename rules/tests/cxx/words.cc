#include <atomic>
#include <sstream>
#include <string>

extern "C" int words(const char *text) {
  std::istringstream in(text);
  std::string word;
  int count = 0;
  while (in >> word) ++count;
  return count;
}

#if defined(PROCESSOR) && !defined(__AVX2__) && !(defined(__ARM_FEATURE_CRC32) && defined(__ARM_FEATURE_FP16_SCALAR_ARITHMETIC))
#error "the processor's instructions are not used"
#endif

struct Large {
  long parts[8];
};

// More than a processor changes at once.
static std::atomic<Large> large;

extern "C" long words_large() {
  large.store(Large{{1, 2, 3, 4, 5, 6, 7, 8}});
  return large.load().parts[7];
}

// Where it was built, which nothing that is packed may tell.
extern "C" const char *words_file() { return __FILE__; }

#ifdef MAIN
int main() { return words("a b") - 2 + words_large() - 8; }
#endif
