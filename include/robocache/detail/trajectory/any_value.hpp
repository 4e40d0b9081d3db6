// Arrays whose element type is known at run time alone: for types too rare to compile every
// operation for each of them. Their values are computed in double.
#pragma once

#include <robocache/core/element.hpp>
#include <robocache/core/math.hpp>
#include <robocache/detail/check.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// A value of such an array: exact, but for integers beyond 2^53, which are rounded.
struct any_value {
  any_value() = default;
  ROBOCACHE_HD explicit any_value(double number) : value(number) {}
  ROBOCACHE_HD explicit operator double() const { return value; }

  double value;
};

/// Where such values lie.
template <class Byte>
struct any_pointer {
  Byte* data;
  element type;
  std::uint8_t size;  // of an element

  ROBOCACHE_HD any_pointer operator+(std::int64_t n) const { return {data + n * size, type, size}; }
  ROBOCACHE_HD bool operator==(const any_pointer& other) const { return data == other.data; }

 protected:
  template <class T>
  ROBOCACHE_HD double read() const {
    return static_cast<double>(*reinterpret_cast<const T*>(data));
  }
};

struct any_source : any_pointer<const unsigned char> {
  ROBOCACHE_HD any_source operator+(std::int64_t n) const { return {any_pointer::operator+(n)}; }
  ROBOCACHE_HD any_value operator[](std::int64_t i) const { return any_value((*this + i).load()); }

 private:
  ROBOCACHE_HD_RARELY double load() const {
    switch (type) {
      case element::boolean:
        return *data != 0 ? 1.0 : 0.0;
      case element::i8:
        return read<std::int8_t>();
      case element::i16:
        return read<std::int16_t>();
      case element::i32:
        return read<std::int32_t>();
      case element::i64:
        return read<std::int64_t>();
      case element::u8:
        return read<std::uint8_t>();
      case element::u16:
        return read<std::uint16_t>();
      case element::u32:
        return read<std::uint32_t>();
      case element::u64:
        return read<std::uint64_t>();
      case element::bf16:
        return widen(*reinterpret_cast<const bf16*>(data));
      case element::f16:
        return widen(*reinterpret_cast<const f16*>(data));
      case element::f32:
        return read<float>();
      case element::f64:
        break;
    }
    return read<double>();
  }
};

struct any_target : any_pointer<unsigned char> {
  ROBOCACHE_HD any_target operator+(std::int64_t n) const { return {any_pointer::operator+(n)}; }
  ROBOCACHE_HD any_target operator[](std::int64_t i) const { return *this + i; }

  /// Stores where this points to, rounded once. Results are floating point.
  ROBOCACHE_HD_RARELY void operator=(any_value result) const {
    switch (type) {
      case element::bf16:
        return store<bf16>(result.value);
      case element::f16:
        return store<f16>(result.value);
      case element::f32:
        return store<float>(result.value);
      default:
        return store<double>(result.value);
    }
  }

 private:
  template <class T>
  ROBOCACHE_HD void store(double result) const {
    *reinterpret_cast<T*>(data) = narrow<T>(result);
  }
};

/// What points to values of type T.
template <class T>
struct pointers_to {
  using source = const T*;
  using target = T*;
  static source of(const T* data) { return data; }
  static target of(T* data) { return data; }
};
template <>
struct pointers_to<any_value> {  // of double, unless told otherwise
  using source = any_source;
  using target = any_target;
  static source of(const any_value* data) {
    return {{reinterpret_cast<const unsigned char*>(data), element::f64, 8}};
  }
  static target of(any_value* data) {
    return {{reinterpret_cast<unsigned char*>(data), element::f64, 8}};
  }
};

/// Whether T is known when it is compiled.
template <class T>
inline constexpr bool is_typed = !std::is_same_v<T, any_value>;

template <>
inline constexpr std::size_t alignment_in_memory<any_value> = 1;

template <class T>
ROBOCACHE_HD const void* address_of(const T* at) {
  return at;
}
template <class Byte>
ROBOCACHE_HD const void* address_of(const any_pointer<Byte>& at) {
  return at.data;
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
