#include "selecting.hpp"

#include <cstring>

#include "files/failure.hpp"
#include "files/text.hpp"
#include "kinds.hpp"

namespace robocache::cli {
namespace {

/// Whether the stamps are those of the second dimension.
bool is_batch(const stream& s) {
  const auto& shape = s.values.shape;
  const auto& times = s.times.shape;
  if (times.size() == 2) return true;
  const bool fits = times.size() == 1 && shape[1] == times[0];
  return fits && (shape.size() == 3 || shape[0] != times[0]);
}

/// The samples' own numbers, which are exact as doubles.
stream numbers_of(const stream& s) {
  stream result;
  const bool is_batched = s.values.shape.size() == 3;
  result.values =
      make_array(element::f64, is_batched ? std::vector<std::int64_t>{s.items(), s.samples(), 1}
                                          : std::vector<std::int64_t>{s.samples()});
  for (std::int64_t i = 0; i < result.values.size(); ++i) {
    result.values.as<double>()[i] = static_cast<double>(i % s.samples());
  }
  result.times = s.times;
  result.lengths = s.lengths;
  return result;
}

/// A row of the fill value in the type of the samples.
std::vector<std::byte> fill_row(const stream& s, double fill) {
  std::vector<std::byte> row(static_cast<std::size_t>(s.channels()) * bytes_each(s.values.type));
  if (std::isnan(fill)) return row;
  const element type = s.values.type == element::boolean ? element::u8 : s.values.type;
  visit(type,
        type_list<std::int8_t, std::int16_t, std::int32_t, std::int64_t, std::uint8_t,
                  std::uint16_t, std::uint32_t, std::uint64_t>{},
        [&](auto tag) {
          const auto value = static_cast<typename decltype(tag)::type>(fill);
          for (std::size_t at = 0; at < row.size(); at += sizeof value) {
            std::memcpy(row.data() + at, &value, sizeof value);
          }
        });
  return row;
}

/// The least value and the one past the largest.
std::pair<double, double> limits_of(element type) {
  const double bits = 8 * static_cast<double>(bytes_each(type));
  if (type == element::boolean) return {0, 2};
  const bool is_signed =
      type == element::i8 || type == element::i16 || type == element::i32 || type == element::i64;
  return is_signed ? std::pair(-std::exp2(bits - 1), std::exp2(bits - 1))
                   : std::pair(0.0, std::exp2(bits));
}

}  // namespace

std::vector<std::int64_t> flatten_rows(stream& s) {
  std::vector<std::int64_t>& shape = s.values.shape;
  if (shape.size() < 3) return {};
  const std::size_t lead = is_batch(s) ? 2 : 1;
  if (shape.size() == lead + 1 || shape[lead - 1] != s.times.shape.back()) return {};
  const std::vector<std::int64_t> row(shape.begin() + static_cast<std::ptrdiff_t>(lead),
                                      shape.end());
  shape.resize(lead);
  std::int64_t channels = 1;
  for (const std::int64_t extent : row) channels *= extent;
  shape.push_back(channels);
  return row;
}

std::vector<std::int64_t> with_rows(std::vector<std::int64_t> shape,
                                    const std::vector<std::int64_t>& row) {
  if (row.empty()) return shape;
  shape.pop_back();
  shape.insert(shape.end(), row.begin(), row.end());
  return shape;
}

void check_selection(const stream& s, const resample_settings& settings) {
  const auto& kinds = settings.kinds;
  if (kinds.size() != 1 || !selects(kinds)) {
    bad_input(s.name + ": expected float16, float32 or float64 for kinds that blend, got " +
              type_text(s.values) +
              " (--element converts; --kind previous, next or nearest keeps the type)");
  }
  const auto [low, end] = limits_of(s.values.type);
  const double fill = settings.fill;
  if (std::isnan(fill) || (fill >= low && fill < end && fill == std::floor(fill))) return;
  bad_usage(format("--fill %g: expected a value of ", fill) + type_text(s.values) +
            ", the type of " + s.name);
}

resampled select_samples(const any_executor& executor, const stream& s,
                         const clock_targets& targets, const resample_settings& settings) {
  resample_settings of_numbers = settings;
  of_numbers.kinds = {{-1, settings.kinds.front().kind}};
  of_numbers.fill = NAN;
  resampled result = resample_stream(executor, numbers_of(s), targets, of_numbers);
  const array chosen = std::move(result.values);
  std::vector<std::int64_t> shape = s.values.shape;
  const std::int64_t columns = targets.times.shape.back();
  shape[shape.size() == 3 ? 1 : 0] = columns;
  result.values = make_array(s.values.type, shape);
  const std::vector<std::byte> fill = fill_row(s, settings.fill);
  const std::byte* const from = s.values.bytes.data();
  std::byte* to = result.values.bytes.data();
  for (std::int64_t i = 0; i < chosen.size(); ++i, to += fill.size()) {
    const double number = chosen.as<double>()[i];
    const std::int64_t first = i / std::max<std::int64_t>(columns, 1) * s.samples();
    const std::byte* row = fill.data();
    if (!std::isnan(number)) {
      row =
          from + static_cast<std::size_t>(first + static_cast<std::int64_t>(number)) * fill.size();
    }
    std::memcpy(to, row, fill.size());
  }
  return result;
}

}  // namespace robocache::cli
