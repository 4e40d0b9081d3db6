// Element types at run time: names, sizes, and values that are none.
#include <robocache/core/element.hpp>
#include <string>

#include "support/catch.hpp"

namespace {

using namespace robocache;

/// The sizes of the types visited; what is thrown goes on.
template <class... Ts>
std::int64_t visited_size(element type, type_list<Ts...> types) {
  std::int64_t size = 0;
  visit(type, types, [&](auto tag) {
    size = size * 100 + static_cast<std::int64_t>(sizeof(typename decltype(tag)::type));
  });
  return size;
}

constexpr element outside[] = {static_cast<element>(13), static_cast<element>(14),
                               static_cast<element>(128), static_cast<element>(255)};

}  // namespace

static_assert(element_of<bool>() == element::boolean);
static_assert(element_of<std::int8_t>() == element::i8);
static_assert(element_of<std::int16_t>() == element::i16);
static_assert(element_of<std::int32_t>() == element::i32);
static_assert(element_of<std::int64_t>() == element::i64);
static_assert(element_of<std::uint8_t>() == element::u8);
static_assert(element_of<std::uint16_t>() == element::u16);
static_assert(element_of<std::uint32_t>() == element::u32);
static_assert(element_of<std::uint64_t>() == element::u64);
static_assert(element_of<bf16>() == element::bf16);
static_assert(element_of<f16>() == element::f16);
static_assert(element_of<float>() == element::f32);
static_assert(element_of<double>() == element::f64);
static_assert(is_element<f16> && !is_element<char> && !is_element<const float>);
static_assert(is_one_of(element::f32, type_list<bf16, float>{}));
static_assert(!is_one_of(element::f64, type_list<bf16, float>{}));

TEST_CASE("elements have the names and sizes of their types", "[element]") {
  struct named {
    element type;
    const char* name;
    std::int64_t size;
  };
  constexpr named all[] = {
      {element::boolean, "bool", 1}, {element::i8, "i8", 1},   {element::i16, "i16", 2},
      {element::i32, "i32", 4},      {element::i64, "i64", 8}, {element::u8, "u8", 1},
      {element::u16, "u16", 2},      {element::u32, "u32", 4}, {element::u64, "u64", 8},
      {element::bf16, "bf16", 2},    {element::f16, "f16", 2}, {element::f32, "f32", 4},
      {element::f64, "f64", 8}};
  for (const auto& one : all) {
    CAPTURE(one.name);
    CHECK(name_of(one.type) == std::string(one.name));
    CHECK(size_of(one.type) == one.size);
    CHECK(visited_size(one.type, all_elements{}) == one.size);  // once
  }
}

TEST_CASE("a value outside the enumeration is unknown and refused", "[element]") {
  for (const element type : outside) {
    const auto number = std::to_string(static_cast<int>(type));
    const std::string text =
        "robocache::visit: the element type is none of those expected (got number " + number + ")";
    CAPTURE(number);
    CHECK(name_of(type) == std::string("unknown"));
    CHECK_THROWS_AS(size_of(type), invalid_argument);
    CHECK_THROWS_WITH(size_of(type), text);
    CHECK_THROWS_WITH(visited_size(type, all_elements{}), text);
    CHECK_FALSE(is_one_of(type, all_elements{}));
  }
}

TEST_CASE("visit refuses types that are not in its list", "[element]") {
  using floats = type_list<float, bf16>;
  CHECK(visited_size(element::bf16, floats{}) == 2);
  CHECK_THROWS_AS(visited_size(element::u8, floats{}), invalid_argument);
  CHECK_THROWS_WITH(visited_size(element::f64, floats{}),
                    "robocache::visit: the element type is none of those expected (got number 12)");
}
