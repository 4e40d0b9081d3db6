// The seeds of the fuzzed readers, and fixed mutations of them, on any compiler.
#include <algorithm>
#include <chrono>
#include <random>

#include "fuzz/readers.hpp"
#include "fuzz/seeds.hpp"
#include "support/catch.hpp"

namespace {

using clock_type = std::chrono::steady_clock;

/// Mutations as libFuzzer's: of bits, bytes, runs and numbers, and of one seed by another.
class mutator {
 public:
  explicit mutator(std::uint32_t seed) : random_(seed) {}

  std::string operator()(std::string text, const std::string& other) {
    for (std::size_t n = 1 + below(4); n > 0; --n) mutate(text, other);
    return text;
  }

 private:
  std::size_t below(std::size_t limit) { return limit == 0 ? 0 : random_() % limit; }

  void mutate(std::string& text, const std::string& other) {
    constexpr const char* tokens[] = {"-1", "4294967295", "9223372036854775807",
                                      "0",  "1e999",      "nan",
                                      "\n", "\r",         "property list uint64 double a\n"};
    const std::size_t at = below(text.size() + 1), length = below(9);
    switch (below(7)) {
      case 0:
        if (at < text.size()) text[at] = static_cast<char>(text[at] ^ (1 << below(8)));
        return;
      case 1:
        if (at < text.size()) text[at] = static_cast<char>(below(256));
        return;
      case 2:
        text.insert(at, std::string(length, static_cast<char>(below(256))));
        return;
      case 3:
        text.erase(at, length);
        return;
      case 4:
        text.insert(at, text.substr(below(text.size()), length * 4));
        return;
      case 5:
        text.insert(at, tokens[below(std::size(tokens))]);
        return;
      default:
        text = text.substr(0, at) + other.substr(below(other.size()));
    }
  }

  std::mt19937 random_;
};

/// Seconds that reading took.
double read_timed(const test::reader& reader, const std::string& input) {
  const auto start = clock_type::now();
  reader.read(input);
  return std::chrono::duration<double>(clock_type::now() - start).count();
}

}  // namespace

TEST_CASE("readers: damaged files are read or refused, within a second and the memory allowed") {
  constexpr int mutations = 30'000;
  for (const test::reader& reader : test::readers()) {
    const std::vector<std::string> seeds = test::seeds_of(reader.name);
    mutator mutated(20'261'127);
    std::mt19937 random(7);
    double slowest = 0;
    for (const std::string& seed : seeds) slowest = std::max(slowest, read_timed(reader, seed));
    for (int i = 0; i < mutations; ++i) {
      const std::string& seed = seeds[random() % seeds.size()];
      const std::string& other = seeds[random() % seeds.size()];
      INFO(reader.name << ", mutation " << i);
      slowest = std::max(slowest, read_timed(reader, mutated(seed, other)));
    }
    INFO(reader.name);
    CHECK(slowest < 1);
  }
}
