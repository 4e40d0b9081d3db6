#include "files/array.hpp"

#include <cmath>
#include <cstring>
#include <limits>

#include "files/failure.hpp"
#include "support/catch.hpp"

namespace {

using namespace robocache::cli;
using robocache::element;
using robocache::f16;

}  // namespace

TEST_CASE("arrays that no machine holds are refused with their bytes") {
  // Within what an allocator would promise, so that touching it would be what fails.
  for (const std::int64_t extent : {std::int64_t{1} << 42, std::int64_t{1} << 60}) {
    try {
      make_array(element::f64, {extent, 4});
      FAIL("it was made");
    } catch (const memory_failure& error) {
      const std::string text = error.what();
      INFO(text);
      CHECK(text.find("an array of float64 (" + std::to_string(extent) + ", 4)") == 0);
      CHECK(text.find(extent < (std::int64_t{1} << 50) ? "140737488355328 bytes" : "bytes") !=
            std::string::npos);
    }
  }
  CHECK(make_array(element::f64, {0, std::int64_t{1} << 42}).bytes.empty());
}

TEST_CASE("arrays convert between floating-point types") {
  array a = make_array(element::f64, {4});
  const double values[] = {1.0 / 3.0, -65504.0, 1e300, std::numeric_limits<double>::quiet_NaN()};
  std::memcpy(a.bytes.data(), values, sizeof(values));
  const array narrow = converted(a, element::f32);
  CHECK(narrow.as<float>()[0] == 1.0F / 3.0F);
  CHECK(std::isinf(narrow.as<float>()[2]));
  CHECK(std::isnan(narrow.as<float>()[3]));
  const array half = converted(a, element::f16);
  CHECK(half.as<f16>()[0].bits == 0x3555);
  CHECK(half.as<f16>()[1].bits == 0xfbff);
  CHECK(half.as<f16>()[2].bits == 0x7c00);
  CHECK(number_at(converted(half, element::f64), 1) == -65504.0);
  array integers = make_array(element::i32, {1});
  integers.as<std::int32_t>()[0] = -7;
  CHECK(number_at(converted(integers, element::f32), 0) == -7.0);
}

TEST_CASE("shapes read like NumPy's") {
  CHECK(shape_text({}) == "()");
  CHECK(shape_text({3}) == "(3,)");
  CHECK(shape_text({2, 3}) == "(2, 3)");
}
