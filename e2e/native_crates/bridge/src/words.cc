#include "bridge/include/words.h"

#include <regex>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "bridge/src/lib.rs.h"

namespace bridge {

Words::Words(rust::Str text) {
  std::istringstream in{std::string(text)};
  std::string word;
  while (in >> word) words_.push_back(word);
}

rust::String Words::longest() const {
  if (words_.empty()) throw std::out_of_range("no words");
  const std::string *longest = &words_.front();
  for (const std::string &word : words_) {
    if (word.size() > longest->size()) longest = &word;
  }
  return *longest;
}

std::unique_ptr<std::vector<uint32_t>> Words::lengths_by_threads() const {
  auto lengths = std::make_unique<std::vector<uint32_t>>(words_.size());
  std::vector<std::thread> threads;
  for (size_t index = 0; index < words_.size(); ++index) {
    threads.emplace_back([&, index] { (*lengths)[index] = static_cast<uint32_t>(words_[index].size()); });
  }
  for (std::thread &thread : threads) thread.join();
  return lengths;
}

uint32_t Words::numbers() const {
  static const std::regex number("[0-9]+");
  uint32_t count = 0;
  for (const std::string &word : words_) count += std::regex_match(word, number);
  return count;
}

std::unique_ptr<Words> words(rust::Str text) { return std::make_unique<Words>(text); }

rust::String halved_by_rust(int32_t number) {
  try {
    return std::to_string(halved(number));
  } catch (const rust::Error &error) {
    return std::string("caught: ") + error.what();
  }
}

}  // namespace bridge
