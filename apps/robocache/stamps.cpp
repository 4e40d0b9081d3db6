#include "stamps.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "files/failure.hpp"
#include "files/text.hpp"

namespace robocache::cli {
namespace {

constexpr std::pair<const char*, double> units[] = {
    {"s", 1.0}, {"ms", 1e-3}, {"us", 1e-6}, {"ns", 1e-9}};

/// Nanoseconds of one count: a whole number, or a part of one.
struct step {
  std::int64_t nanoseconds = 1, parts = 1;
};

constexpr std::int64_t second = 1000000000;
constexpr std::pair<const char*, step> date_units[] = {
    {"W", {604800 * second, 1}}, {"D", {86400 * second, 1}},
    {"h", {3600 * second, 1}},   {"m", {60 * second, 1}},
    {"s", {second, 1}},          {"ms", {1000000, 1}},
    {"us", {1000, 1}},           {"ns", {1, 1}},
    {"ps", {1, 1000}},           {"fs", {1, 1000000}},
    {"as", {1, second}}};

/// The step of "M8[10ms]", which was parsed when it was read.
step step_of_date(const array& raw, const std::string& name) {
  const char* text = raw.date.data() + 3;
  const char* end = raw.date.data() + raw.date.size() - 1;
  std::int64_t count = 1;
  const auto parsed = std::from_chars(text, end, count);
  const std::string unit(parsed.ptr, end);
  for (const auto& [known, step_of_unit] : date_units) {
    step result = step_of_unit;
    if (unit == known && parsed.ec != std::errc::result_out_of_range && count > 0 &&
        !__builtin_mul_overflow(result.nanoseconds, count, &result.nanoseconds)) {
      return result;
    }
  }
  bad_input(name + ": expected times in weeks to attoseconds, got " + type_text(raw) +
            ", which is no length in nanoseconds");
}

step step_of(const array& raw, time_unit unit, const std::string& name) {
  if (!raw.date.empty()) return step_of_date(raw, name);
  return {std::llround(seconds_of(unit) * 1e9), 1};
}

template <class F>
void with_integer_type(element type, const F& f) {
  visit(type,
        type_list<std::int8_t, std::int16_t, std::int32_t, std::int64_t, std::uint8_t,
                  std::uint16_t, std::uint32_t, std::uint64_t>{},
        [&](auto tag) { f(typename decltype(tag)::type{}); });
}

/// Fails for stamp i of `raw`.
[[noreturn]] void bad_stamp(const array& raw, std::int64_t i, const std::string& name,
                            const std::string& unit, const char* why) {
  bad_input(name + ": stamp " + stamp_text(raw, i) + " of " + type_text(raw) + unit + " at " +
            place_text(raw, i) + " " + why);
}

/// Integers and datetime64 as nanoseconds.
array whole_nanoseconds(const array& raw, const std::string& name, time_unit unit) {
  const step by = step_of(raw, unit, name);
  const std::string unit_text = raw.date.empty() ? std::string(" ") + name_of(unit) : "";
  array result = make_array(element::i64, raw.shape);
  with_integer_type(raw.type, [&](auto zero) {
    using Int = decltype(zero);
    for (std::int64_t i = 0; i < raw.size(); ++i) {
      const Int stamp = raw.as<Int>()[i];
      std::int64_t& out = result.as<std::int64_t>()[i];
      if constexpr (std::is_same_v<Int, std::int64_t>) {
        if (!raw.date.empty() && stamp == INT64_MIN) {
          bad_input(name + ": expected times, got NaT at " + place_text(raw, i));
        }
      }
      // The builtin takes operands of two types, and says whether the exact product fits the third.
      if (__builtin_mul_overflow(stamp, by.nanoseconds, &out)) {
        bad_stamp(raw, i, name, unit_text,
                  "does not fit int64 nanoseconds (-9223372036854775808 to 9223372036854775807)");
      }
      if (out % by.parts != 0) bad_stamp(raw, i, name, unit_text, "is no whole nanosecond");
      out /= by.parts;
    }
  });
  return result;
}

/// Floats as seconds, rounded once.
array seconds_from(const array& raw, time_unit unit) {
  const double per_second = std::nearbyint(1 / seconds_of(unit));
  array result = make_array(element::f64, raw.shape);
  for (std::int64_t i = 0; i < raw.size(); ++i) {
    result.as<double>()[i] = number_at(raw, i) / per_second;
  }
  return result;
}

/// As few digits as make the same float again; epochs whole.
template <class Float>
std::string shortest(Float value) {
  const double size = std::fabs(static_cast<double>(value));
  const bool is_usual = size == 0 || (size >= 1e-5 && size < 1e17);
  const auto style = is_usual ? std::chars_format::fixed : std::chars_format::scientific;
  char text[64];
  return {text, std::to_chars(text, text + sizeof text, value, style).ptr};
}

}  // namespace

const char* name_of(time_unit unit) { return units[static_cast<std::size_t>(unit)].first; }

double seconds_of(time_unit unit) { return units[static_cast<std::size_t>(unit)].second; }

std::optional<time_unit> parse_unit(const std::string& text) {
  for (const time_unit unit : {time_unit::s, time_unit::ms, time_unit::us, time_unit::ns}) {
    if (text == name_of(unit)) return unit;
  }
  return std::nullopt;
}

std::optional<unsorted_policy> parse_unsorted(const std::string& text) {
  if (text == "error") return unsorted_policy::error;
  if (text == "sort") return unsorted_policy::sort;
  if (text == "drop") return unsorted_policy::drop;
  return std::nullopt;
}

std::optional<time_unit> unit_of(const array& raw, std::optional<time_unit> unit) {
  if (!raw.date.empty()) return std::nullopt;
  return unit.value_or(is_float(raw.type) ? time_unit::s : time_unit::ns);
}

double step_after(double value, element type) {
  if (type == element::f64) return std::nextafter(value, INFINITY) - value;
  const auto narrow = static_cast<float>(value);
  return static_cast<double>(std::nextafter(narrow, INFINITY) - narrow);
}

std::string stamp_text(const array& raw, std::int64_t i) {
  if (raw.type == element::f32) return shortest(raw.as<float>()[i]);
  if (is_float(raw.type)) return shortest(number_at(raw, i));
  std::string text;
  with_integer_type(raw.type,
                    [&](auto zero) { text = std::to_string(raw.as<decltype(zero)>()[i]); });
  return text;
}

std::string place_text(const array& times, std::int64_t i) {
  const std::int64_t length = times.shape.empty() ? 1 : times.shape.back();
  std::string text = "index " + std::to_string(i % length);
  if (times.shape.size() > 1) text += " of item " + std::to_string(i / length);
  return text;
}

double resolution_of(const array& raw, std::optional<time_unit> unit, const std::string& name) {
  const double scale = unit.has_value() ? seconds_of(*unit) : 1;
  if (!is_float(raw.type)) {
    const step by = step_of(raw, unit.value_or(time_unit::ns), name);
    return static_cast<double>(by.nanoseconds) / static_cast<double>(by.parts) * 1e-9;
  }
  double largest = 0;
  for (std::int64_t i = 0; i < raw.size(); ++i) {
    largest = std::max(largest, std::fabs(number_at(raw, i)));
  }
  return 2 * step_after(largest, raw.type) * scale;
}

array nanoseconds_from(const array& seconds, const std::string& name) {
  array result = make_array(element::i64, seconds.shape);
  for (std::int64_t i = 0; i < seconds.size(); ++i) {
    const long double nanoseconds = static_cast<long double>(number_at(seconds, i)) * 1e9L;
    if (!(std::fabs(nanoseconds) < 0x1p63L)) {
      bad_stamp(seconds, i, name, " s", "does not fit int64 nanoseconds, which others have");
    }
    result.as<std::int64_t>()[i] = std::llround(nanoseconds);
  }
  return result;
}

array read_stamps(const array& raw, const std::string& name, std::optional<time_unit> unit) {
  const bool is_seconds = raw.type == element::f32 || raw.type == element::f64;
  if (raw.type == element::boolean || (is_float(raw.type) && !is_seconds)) {
    bad_input(name +
              ": expected stamps of integers (int64 nanoseconds, say), datetime64, float64 or "
              "float32, got " +
              type_text(raw));
  }
  const std::optional<time_unit> own = unit_of(raw, std::nullopt);
  const time_unit by = unit_of(raw, unit).value_or(time_unit::ns);
  if (!raw.date.empty() && unit.has_value() &&
      raw.date.substr(2) != std::string("[") + name_of(*unit) + "]") {
    bad_usage(name + ": expected no unit beside that of " + type_text(raw) + ", got " +
              name_of(*unit));
  }
  if (is_seconds) return by == time_unit::s ? raw : seconds_from(raw, by);
  const bool is_exact = raw.type == element::i64 && own == time_unit::ns && by == time_unit::ns;
  return is_exact ? raw : whole_nanoseconds(raw, name, by);
}

}  // namespace robocache::cli
