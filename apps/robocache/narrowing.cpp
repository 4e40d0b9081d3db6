#include "narrowing.hpp"

#include <cmath>

#include "files/text.hpp"
#include "stamps.hpp"
#include "terminal.hpp"

namespace robocache::cli {
namespace {

/// Wide enough for 64-bit integers where long double is.
using exact = long double;

exact exact_at(const array& values, std::int64_t i) {
  if (values.type == element::i64) return static_cast<exact>(values.as<std::int64_t>()[i]);
  if (values.type == element::u64) return static_cast<exact>(values.as<std::uint64_t>()[i]);
  return static_cast<exact>(number_at(values, i));
}

/// Whether every value of type `from` is one of `to`.
bool is_wider(element to, element from) {
  if (to == element::f64) return from != element::i64 && from != element::u64;
  const bool is_byte = from == element::u8 || from == element::i8 || from == element::boolean;
  if (to == element::f16) return is_byte || from == element::f16;
  return is_byte || from == element::i16 || from == element::u16 || from == element::f16 ||
         from == element::bf16 || from == element::f32;
}

/// A thousandth of each channel's range.
std::vector<exact> least_differences(const array& values) {
  const std::int64_t channels = values.shape.size() > 1 ? values.shape.back() : 1;
  const auto count = static_cast<std::size_t>(channels);
  std::vector<exact> low(count, INFINITY), high(count, -INFINITY), result;
  for (std::int64_t i = 0; i < values.size(); ++i) {
    const exact v = exact_at(values, i);
    const auto c = static_cast<std::size_t>(i % channels);
    if (!std::isfinite(v)) continue;
    low[c] = std::min(low[c], v);
    high[c] = std::max(high[c], v);
  }
  for (std::size_t c = 0; c < count; ++c) result.push_back((high[c] - low[c]) / 1000);
  return result;
}

bool is_kept(exact value, exact rounded, exact least) {
  if (!std::isfinite(value)) return true;
  if (!std::isfinite(rounded)) return false;
  const bool is_counted = std::fabs(value) < 0x1p64L && value == std::nearbyint(value);
  const exact lost = std::fabs(rounded - value);
  return is_counted ? lost == 0 : !(lost > least && least > 0);
}

struct losses {
  std::int64_t count = 0, first = -1;
};

/// What of `values` is not in `narrow`, their conversion.
losses losses_of(const array& values, const array& narrow) {
  losses result;
  if (is_wider(narrow.type, values.type)) return result;
  const std::vector<exact> least = least_differences(values);
  for (std::int64_t i = 0; i < values.size(); ++i) {
    const auto rounded = static_cast<exact>(number_at(narrow, i));
    const auto c = static_cast<std::size_t>(i) % least.size();
    if (is_kept(exact_at(values, i), rounded, least[c])) continue;
    if (result.count++ == 0) result.first = i;
  }
  return result;
}

/// "float64 holds them"
std::string advice(const array& values, element type) {
  for (const element wider : {element::f32, element::f64}) {
    if (bytes_each(wider) > bytes_each(type) && holds(wider, values)) {
      return std::string(numpy_name(wider)) + " holds them";
    }
  }
  return std::string("no floating-point type holds them; resample keeps ") +
         numpy_name(values.type) + " by the kinds previous, next and nearest";
}

void tell(const array& values, const array& narrow, const losses& lost, const std::string& name) {
  const bool is_finite = std::isfinite(number_at(narrow, lost.first));
  complain("note: " + name +
           format(": %lld of %lld values cannot be held by %s, the first %s at index %lld, which "
                  "becomes ",
                  static_cast<long long>(lost.count), static_cast<long long>(values.size()),
                  numpy_name(narrow.type), stamp_text(values, lost.first).c_str(),
                  static_cast<long long>(lost.first)) +
           (is_finite ? stamp_text(narrow, lost.first) : "NaN and invalid") + "; " +
           advice(values, narrow.type));
}

}  // namespace

bool holds(element type, const array& values) {
  return is_wider(type, values.type) || losses_of(values, converted(values, type)).count == 0;
}

bool overflows(element type, const array& values) {
  if (is_wider(type, values.type)) return false;
  const array narrow = converted(values, type);
  for (std::int64_t i = 0; i < values.size(); ++i) {
    if (std::isfinite(exact_at(values, i)) && !std::isfinite(number_at(narrow, i))) return true;
  }
  return false;
}

bool mark_infinite(array& values, std::int64_t i) {
  if (!std::isinf(number_at(values, i))) return false;
  if (values.type == element::f16) values.as<f16>()[i] = f16(NAN);
  if (values.type == element::f32) values.as<float>()[i] = NAN;
  return true;
}

bool tell_losses(const array& values, element type, const std::string& name) {
  if (is_wider(type, values.type)) return false;
  const array narrow = converted(values, type);
  const losses lost = losses_of(values, narrow);
  if (lost.count > 0) tell(values, narrow, lost, name);
  return lost.count > 0;
}

array narrowed(const array& values, element type, const std::string& name) {
  array result = converted(values, type);
  const losses lost = losses_of(values, result);
  if (lost.count == 0) return result;
  tell(values, result, lost, name);
  for (std::int64_t i = 0; i < values.size(); ++i) {
    if (std::isfinite(exact_at(values, i))) mark_infinite(result, i);
  }
  return result;
}

}  // namespace robocache::cli
