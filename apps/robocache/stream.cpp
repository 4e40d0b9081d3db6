#include "stream.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "files/failure.hpp"
#include "files/text.hpp"
#include "terminal.hpp"

namespace robocache::cli {
namespace {

void check_shapes(const stream& s) {
  const auto& shape = s.values.shape;
  if (shape.empty() || shape.size() > 3) {
    bad_input(
        s.name +
        ": expected shape (T,), (T, ...) or (B, T, ...), where T is the number of stamps, got " +
        shape_text(shape));
  }
  using extents = std::vector<std::int64_t>;
  const bool shared = s.times.shape == extents{s.samples()};
  const bool own = shape.size() == 3 && s.times.shape == extents{s.items(), s.samples()};
  if (shared || own) return;
  bad_input(s.times_name + ": expected shape " + shape_text({s.samples()}) +
            (shape.size() == 3 ? " or " + shape_text({s.items(), s.samples()}) : "") +
            " to go with values of shape " + shape_text(shape) + ", got " +
            shape_text(s.times.shape));
}

/// Seconds from 0 for each row of the samples.
array regular_stamps(const array& values, const clock_rate& rate) {
  const auto& shape = values.shape;
  const bool is_batch = shape.size() == 3 || shape.size() == 5;
  array times = make_array(element::f64, {shape.empty() ? 0 : shape[is_batch ? 1 : 0]});
  for (std::int64_t i = 0; i < times.size(); ++i) times.as<double>()[i] = target_at(0.0, i, rate);
  return times;
}

/// One stamp more than samples: of states, say, that actions lead from and to.
void drop_spare_stamp(stream& s, spare_stamp spare) {
  if (spare == spare_stamp::error || s.times.shape.empty() || s.values.shape.empty()) return;
  const std::int64_t length = s.times.shape.back(),
                     rows = s.times.size() / std::max<std::int64_t>(length, 1);
  if (length != s.samples() + 1 || length == 1) return;
  const bool is_last = spare == spare_stamp::last;
  complain("note: " + s.name + ": " + std::to_string(length - 1) + " samples for " +
           std::to_string(length) + " stamps; the " + (is_last ? "last" : "first") +
           " stamp has none (--spare-stamp first|last|error)");
  const std::size_t each = bytes_each(s.times.type);
  const std::size_t from = static_cast<std::size_t>(length) * each, to = from - each;
  array kept = s.times;
  kept.shape.back() = length - 1;
  kept.bytes.resize(static_cast<std::size_t>(rows) * to);
  for (std::size_t row = 0; row < static_cast<std::size_t>(rows); ++row) {
    std::memcpy(kept.bytes.data() + row * to,
                s.times.bytes.data() + row * from + (is_last ? 0 : each), to);
  }
  s.times = std::move(kept);
}

void check_finite(const array& times, const std::string& name) {
  if (!is_float(times.type)) return;
  for (std::int64_t i = 0; i < times.size(); ++i) {
    if (std::isfinite(number_at(times, i))) continue;
    bad_input(name + ": expected finite stamps, got " + format("%g", number_at(times, i)) + " at " +
              place_text(times, i));
  }
}

/// Rows `order` of `from`, of `width` bytes each.
void gather(const std::byte* from, const std::vector<std::int64_t>& order, std::size_t width,
            std::byte* to) {
  for (const std::int64_t row : order) {
    std::memcpy(to, from + static_cast<std::size_t>(row) * width, width);
    to += width;
  }
}

/// The stream's samples in the order of `rows`, one list for each row of the stamps.
void take_samples(stream& s, const std::vector<std::vector<std::int64_t>>& rows) {
  std::size_t longest = 0, least = rows[0].size();
  for (const auto& list : rows) {
    longest = std::max(longest, list.size());
    least = std::min(least, list.size());
  }
  const auto kept = static_cast<std::int64_t>(longest);
  const auto before = static_cast<std::size_t>(s.samples());
  const std::size_t time = bytes_each(s.times.type);
  const std::size_t row = static_cast<std::size_t>(s.channels()) * bytes_each(s.values.type);
  std::vector<std::int64_t> time_shape = s.times.shape, value_shape = s.values.shape;
  time_shape.back() = kept;
  value_shape[value_shape.size() == 3 ? 1 : 0] = kept;
  array times = make_array(s.times.type, time_shape),
        values = make_array(s.values.type, value_shape);
  for (std::size_t b = 0; b < rows.size(); ++b) {
    gather(s.times.bytes.data() + b * before * time, rows[b], time,
           times.bytes.data() + b * longest * time);
  }
  for (std::size_t b = 0; b < static_cast<std::size_t>(s.items()); ++b) {
    gather(s.values.bytes.data() + b * before * row, rows[rows.size() == 1 ? 0 : b], row,
           values.bytes.data() + b * longest * row);
  }
  if (least < longest) {
    for (const auto& list : rows) s.lengths.push_back(static_cast<std::int64_t>(list.size()));
  }
  s.times = std::move(times);
  s.values = std::move(values);
}

[[noreturn]] void refuse_unsorted(const stream& s, const array& raw, std::int64_t i) {
  bad_input(s.times_name + ": expected ascending stamps, got " + stamp_text(raw, i) + " after " +
            stamp_text(raw, i - 1) + " at " + place_text(raw, i) +
            " (--unsorted sort brings them into order, --unsorted drop leaves out those that step "
            "back)");
}

/// "left out 3 of 100 samples whose stamps step back, first from 5 to 4 at index 7"
void tell_unsorted(const stream& s, const array& raw, std::int64_t first, std::int64_t dropped,
                   unsorted_policy policy) {
  const std::string what =
      policy == unsorted_policy::sort
          ? "sorted samples"
          : format("left out %lld of %lld samples", static_cast<long long>(dropped),
                   static_cast<long long>(raw.size()));
  complain("note: " + s.times_name + ": " + what + " whose stamps step back, first from " +
           stamp_text(raw, first - 1) + " to " + stamp_text(raw, first) + " at " +
           place_text(raw, first));
}

template <class Time>
void order_samples(stream& s, const array& raw, unsorted_policy policy) {
  const std::int64_t length = s.samples();
  std::vector<std::vector<std::int64_t>> rows;
  std::int64_t first = -1, kept = 0;
  for (std::int64_t from = 0; from < s.times.size() && length > 0; from += length) {
    const Time* stamps = s.times.as<Time>() + from;
    const std::int64_t i = first_step_back(stamps, length);
    if (i >= 0 && policy == unsorted_policy::error) refuse_unsorted(s, raw, from + i);
    if (i >= 0 && first < 0) first = from + i;
    if (policy == unsorted_policy::error) continue;
    rows.push_back(ascending_rows(stamps, length, policy));
    kept += static_cast<std::int64_t>(rows.back().size());
  }
  if (first < 0) return;
  tell_unsorted(s, raw, first, s.times.size() - kept, policy);
  take_samples(s, rows);
}

}  // namespace

stream read_stream(const array_file& file, const std::string& values, const std::string& times,
                   const std::optional<clock_rate>& rate) {
  progress_bar bar("reading " + file.path());
  stream s;
  s.name = file.path() + ": array '" + values + "'";
  s.times_name =
      rate.has_value() ? s.name + ": its stamps" : file.path() + ": array '" + times + "'";
  s.values = file.read(values, bar.hook());
  s.rate = rate;
  s.times = rate.has_value() ? regular_stamps(s.values, *rate) : file.read(times, bar.hook());
  return s;
}

void prepare_stream(stream& s, stamp_settings settings) {
  if (s.rate.has_value()) settings.unit = std::nullopt;
  drop_spare_stamp(s, settings.spare);
  check_shapes(s);
  const array raw = std::move(s.times);
  s.times = read_stamps(raw, s.times_name, settings.unit);
  s.times_type = type_text(raw);
  s.times_unit = unit_of(raw, settings.unit);
  check_finite(s.times, s.times_name);
  s.resolution = resolution_of(raw, s.times_unit, s.times_name);
  const unsorted_policy policy = settings.unsorted.value_or(unsorted_policy::error);
  if (s.times.type == element::i64) order_samples<std::int64_t>(s, raw, policy);
  if (s.times.type == element::f64) order_samples<double>(s, raw, policy);
  if (s.times.type == element::f32) order_samples<float>(s, raw, policy);
}

void unify_times(const std::vector<std::pair<array*, std::string>>& named) {
  const bool is_whole = std::any_of(named.begin(), named.end(), [](const auto& times) {
    return times.first->type == element::i64;
  });
  for (const auto& [times, name] : named) {
    if (is_whole && times->type != element::i64) *times = nanoseconds_from(*times, name);
    if (!is_whole && times->type == element::f32) *times = converted(*times, element::f64);
  }
}

}  // namespace robocache::cli
