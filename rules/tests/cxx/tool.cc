#include <iostream>

#include "rules/tests/cxx/parts.h"

int main() {
  std::cout << parts_initialised() << std::endl;
  return 0;
}
