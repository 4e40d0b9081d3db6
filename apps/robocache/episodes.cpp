#include "episodes.hpp"

#include "files/failure.hpp"

namespace robocache::cli {
namespace {

std::vector<std::int64_t> read_ends(const array_file& file, const std::string& name,
                                    std::int64_t samples) {
  const std::string where = file.path() + ": array '" + name + "'";
  const array raw = file.read(name);
  if (raw.shape.size() != 1 || is_float(raw.type) || raw.type == element::boolean) {
    bad_input(where + ": expected integers of shape (E,), the ends of the episodes, got " +
              type_text(raw) + " " + shape_text(raw.shape));
  }
  std::vector<std::int64_t> ends;
  for (std::int64_t e = 0; e < raw.size(); ++e) {
    const double end = number_at(raw, e), before = e > 0 ? number_at(raw, e - 1) : 0;
    if (!(end >= before && end <= static_cast<double>(samples))) {
      bad_input(where + ": expected ascending ends up to " + std::to_string(samples) + ", got " +
                stamp_text(raw, e) + " at index " + std::to_string(e));
    }
    ends.push_back(static_cast<std::int64_t>(end));
  }
  if (ends.empty() || ends.back() != samples) {
    bad_input(where + ": expected the last episode to end with the " + std::to_string(samples) +
              " samples, got " + (ends.empty() ? "no episode" : std::to_string(ends.back())));
  }
  return ends;
}

/// Rows [first, end).
array rows_of(const array& whole, std::int64_t first, std::int64_t end) {
  std::vector<std::int64_t> shape = whole.shape;
  shape[0] = end - first;
  const std::size_t row =
      whole.shape[0] == 0 ? 0 : whole.bytes.size() / static_cast<std::size_t>(whole.shape[0]);
  array part{whole.type, shape, {}, whole.date};
  const auto* data = whole.bytes.data() + static_cast<std::size_t>(first) * row;
  part.bytes.assign(data, data + static_cast<std::size_t>(end - first) * row);
  return part;
}

void check_packed(const stream& whole) {
  const auto& shape = whole.values.shape;
  if (shape.empty() || shape.size() > 2) {
    bad_input(whole.name + ": expected shape (T, ...) of episodes one behind the other, got " +
              shape_text(shape));
  }
  if (whole.times.shape == std::vector<std::int64_t>{shape[0]}) return;
  bad_input(whole.times_name + ": expected shape " + shape_text({shape[0]}) +
            " to go with values of shape " + shape_text(shape) + ", got " +
            shape_text(whole.times.shape));
}

}  // namespace

std::vector<stream> episodes_of(stream whole, const array_file& file, const std::string& ends) {
  std::vector<stream> episodes;
  if (ends.empty()) {
    episodes.push_back(std::move(whole));
    return episodes;
  }
  check_packed(whole);
  std::int64_t first = 0;
  for (const std::int64_t end : read_ends(file, ends, whole.samples())) {
    stream& episode = episodes.emplace_back();
    const std::string which = ", episode " + std::to_string(episodes.size() - 1);
    episode.name = whole.name + which;
    episode.times_name = whole.times_name + which;
    episode.rate = whole.rate;
    episode.values = rows_of(whole.values, first, end);
    // Samples without stamps begin anew.
    const std::int64_t from = whole.rate.has_value() ? 0 : first;
    episode.times = rows_of(whole.times, from, from + end - first);
    first = end;
  }
  return episodes;
}

array joined(const std::vector<const array*>& parts) {
  std::vector<std::int64_t> shape = parts.at(0)->shape;
  shape[0] = 0;
  for (const array* part : parts) shape[0] += part->shape[0];
  array result = make_array(parts[0]->type, shape);
  std::byte* to = result.bytes.data();
  for (const array* part : parts) to = std::copy(part->bytes.begin(), part->bytes.end(), to);
  return result;
}

array ends_of(const std::vector<const array*>& parts) {
  array ends = make_array(element::i64, {static_cast<std::int64_t>(parts.size())});
  std::int64_t end = 0;
  for (std::size_t e = 0; e < parts.size(); ++e) {
    end += parts[e]->shape[0];
    ends.as<std::int64_t>()[e] = end;
  }
  return ends;
}

}  // namespace robocache::cli
