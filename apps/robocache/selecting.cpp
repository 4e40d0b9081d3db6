#include "selecting.hpp"

#include <cstring>

#include "files/failure.hpp"
#include "files/text.hpp"
#include "kinds.hpp"

namespace robocache::cli {
namespace {

/// The dimension that the stamps have, which may be one more than samples; none where no one is it.
/// A batch comes first where both are, but not of rows of more than one dimension.
std::optional<std::size_t> sample_dimension(const stream& s) {
  const auto& shape = s.values.shape;
  if (s.times.shape.empty()) return std::nullopt;
  const std::int64_t stamps = s.times.shape.back();
  const bool is_batch_first = shape.size() == 3 || s.times.shape.size() == 2;
  for (const std::int64_t samples : {stamps, stamps - 1}) {
    for (const std::size_t dimension : {is_batch_first ? 1U : 0U, is_batch_first ? 0U : 1U}) {
      if (shape[dimension] == samples) return dimension;
    }
  }
  return std::nullopt;
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
  const std::optional<std::size_t> dimension = sample_dimension(s);
  const std::size_t lead = dimension.value_or(0) + 1;
  if (!dimension.has_value() || shape.size() == lead + 1) return {};
  std::vector<std::int64_t> row(shape.begin() + static_cast<std::ptrdiff_t>(lead), shape.end());
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
