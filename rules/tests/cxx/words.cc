#include <sstream>
#include <string>

extern "C" int words(const char *text) {
  std::istringstream in(text);
  std::string word;
  int count = 0;
  while (in >> word) ++count;
  return count;
}

// Where it was built, which nothing that is packed may tell.
extern "C" const char *words_file() { return __FILE__; }

#ifdef MAIN
int main() { return words("a b") - 2; }
#endif
