#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "rust/cxx.h"

namespace bridge {

class Words {
 public:
  explicit Words(rust::Str text);
  rust::String longest() const;
  std::unique_ptr<std::vector<uint32_t>> lengths_by_threads() const;
  uint32_t numbers() const;

 private:
  std::vector<std::string> words_;
};

std::unique_ptr<Words> words(rust::Str text);
rust::String halved_by_rust(int32_t number);

}  // namespace bridge
