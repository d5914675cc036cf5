#include "rules/tests/cxx/parts.h"

#include <cstdlib>
#include <cstring>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

struct Part {
  virtual ~Part() = default;
};

struct Numbered : Part {
  int number = 7;
};

struct Counted {
  explicit Counted(std::vector<int> &into) { into.push_back(1); }
};

std::vector<int> &initialised() {
  static std::vector<int> instance;
  return instance;
}

Counted first(initialised());
Counted second(initialised());

thread_local std::vector<int> own;

int destroyed = 0;

struct Guard {
  ~Guard() { ++destroyed; }
};

}  // namespace

const char *parts_number(const char *text) {
  std::string result;
  try {
    result = std::to_string(std::stoi(text));
  } catch (const std::out_of_range &) {
    result = "out of range";
  } catch (const std::exception &error) {
    result = std::string("not a number: ") + text;
  }
  return strdup(result.c_str());
}

void parts_free(const char *text) { free(const_cast<char *>(text)); }

bool parts_knows_type() {
  std::unique_ptr<Part> plain = std::make_unique<Part>();
  std::unique_ptr<Part> numbered = std::make_unique<Numbered>();
  auto *found = dynamic_cast<Numbered *>(numbered.get());
  return dynamic_cast<Numbered *>(plain.get()) == nullptr && found != nullptr && found->number == 7;
}

int parts_initialised() { return static_cast<int>(initialised().size()); }

int parts_threads() {
  own.assign(100, 1);
  std::vector<int> counts(4);
  std::vector<std::thread> threads;
  for (int &count : counts) {
    threads.emplace_back([&count] {
      for (int turn = 0; turn < 5; ++turn) own.push_back(turn);
      count = static_cast<int>(own.size());
    });
  }
  for (std::thread &thread : threads) thread.join();
  int good = 0;
  for (int count : counts) good += count == 5;
  return good;
}

bool parts_through(void (*call)()) {
  try {
    call();
  } catch (const std::logic_error &error) {
    return std::string(error.what()) == "raised";
  }
  return false;
}

void parts_raise() { throw std::logic_error("raised"); }

void parts_guarded(void (*call)()) {
  Guard guard;
  call();
}

int parts_destroyed() { return destroyed; }

void parts_write(const char *text) { std::cout << "C++ says " << text << std::endl; }

bool parts_optimised() {
#ifdef __OPTIMIZE__
  return true;
#else
  return false;
#endif
}

bool parts_asserts() {
#ifdef NDEBUG
  return false;
#else
  return true;
#endif
}
