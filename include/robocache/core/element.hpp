/// \file
/// Element types that are known at run time.
#pragma once

#include <robocache/core/error.hpp>
#include <robocache/core/float16.hpp>
#include <type_traits>

ROBOCACHE_BEGIN_NAMESPACE

/// The types that arrays hold, for choices at run time.
enum class element : std::uint8_t {
  boolean,
  i8,
  i16,
  i32,
  i64,
  u8,
  u16,
  u32,
  u64,
  bf16,
  f16,
  f32,
  f64,
};

/// A type as a value.
template <class T>
struct type_tag {
  using type = T;
};

/// A list of types.
template <class... Ts>
struct type_list {};

using all_elements =
    type_list<bool, std::int8_t, std::int16_t, std::int32_t, std::int64_t, std::uint8_t,
              std::uint16_t, std::uint32_t, std::uint64_t, bf16, f16, float, double>;

namespace detail {

template <class T, class... Ts>
constexpr int index_in(type_list<Ts...>) {
  int index = 0;
  bool found = false;
  ((found = found || std::is_same_v<T, Ts>, index += found ? 0 : 1), ...);
  return found ? index : -1;
}

}  // namespace detail

/// Whether T is one of the types of `element`.
template <class T>
inline constexpr bool is_element = detail::index_in<T>(all_elements{}) >= 0;

/// The `element` of a type; anything else is refused when it is compiled.
template <class T>
constexpr element element_of() {
  static_assert(is_element<T>,
                "robocache: arrays hold bool, integers of 8 to 64 bits, bf16, f16, float or "
                "double; CUDA's 16-bit types go through from_cuda() of interop/cuda_types.cuh");
  return static_cast<element>(detail::index_in<T>(all_elements{}));
}

/// Whether `type` is one of `Ts`.
template <class... Ts>
constexpr bool is_one_of(element type, type_list<Ts...>) {
  return ((type == element_of<Ts>()) || ...);
}

/// Calls `f(type_tag<T>{})` with the one of `Ts` that `type` is. Throws `invalid_argument` when it
/// is none of them: a value that came from outside is checked here at the latest.
template <class... Ts, class F>
void visit(element type, type_list<Ts...>, const F& f) {
  const bool known = ((type == element_of<Ts>() && (f(type_tag<Ts>{}), true)) || ...);
  if (!known) {
    detail::fail("visit", "the element type is none of those expected (got number " +
                              std::to_string(static_cast<int>(type)) + ")");
  }
}

/// "f32", "u8" ...; "unknown" for a value outside the enumeration.
inline const char* name_of(element type) {
  constexpr const char* names[] = {"bool", "i8",  "i16",  "i32", "i64", "u8", "u16",
                                   "u32",  "u64", "bf16", "f16", "f32", "f64"};
  return type <= element::f64 ? names[static_cast<int>(type)] : "unknown";
}

/// Bytes of one element.
inline std::int64_t size_of(element type) {
  std::int64_t bytes = 0;
  visit(type, all_elements{},
        [&](auto tag) { bytes = static_cast<std::int64_t>(sizeof(typename decltype(tag)::type)); });
  return bytes;
}

ROBOCACHE_END_NAMESPACE
