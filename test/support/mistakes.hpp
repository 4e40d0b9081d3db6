// Calls with one mistake each: the message that must come, and outputs that must not change.
#pragma once

#include <functional>
#include <robocache/core/error.hpp>
#include <string>
#include <vector>

#include "catch.hpp"

namespace test {

template <class Call>
struct mistake {
  const char* text;  // how the message must go on after "robocache::NAME: "
  std::function<void(Call&)> make;
};

/// `Call` is good as it is made, has outputs that `untouched()` knows, and `run` is the call.
template <class Call>
void check_mistakes(const std::string& name, void (Call::*run)() const,
                    const std::vector<mistake<Call>>& mistakes) {
  for (const auto& mistake : mistakes) {
    Call c;
    mistake.make(c);
    INFO(name << ": " << mistake.text);
    std::string message = "nothing was thrown";
    try {
      (c.*run)();
    } catch (const robocache::invalid_argument& error) {
      message = error.what();
    }
    const std::string wanted = "robocache::" + name + ": " + mistake.text;
    CHECK(message.substr(0, wanted.size()) == wanted);
    CHECK(c.untouched());
  }
  const Call good;
  (good.*run)();
  CHECK(!good.untouched());
}

}  // namespace test
