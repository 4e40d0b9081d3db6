/// \file
/// `robocache::fuse` on arrays whose types are known at run time only.
#pragma once

#include <robocache/trajectory/fuse.hpp>

#include "files/npz.hpp"
#include "resampling.hpp"

namespace robocache::cli {

/// Whether the library computes a fuse in double precision and takes streams of it.
inline constexpr bool fuses_double = is_one_of(element::f64, fuse_elements{});

/// How one stream takes part, times in seconds.
struct fuse_settings {
  resample_settings sampling;
  reduction reduce = reduction::none;
  std::int64_t keep = 1;  ///< for `reduction::last`
  double window = std::numeric_limits<double>::infinity();
  double offset = 0;  ///< what its clock reads more than the common one at its first stamp
  double drift = 0;   ///< seconds that it gains in a second from then on
  stamp_settings stamps;
  std::optional<clock_rate> rate = {};  ///< of a stream without stamps
};

/// A stream of [T] or [T, D] of any of `fuse_elements`, or bool, at int64 or float64 stamps.
struct fuse_source {
  std::string name;
  std::string kind;  // as typed
  stream data;
  fuse_settings settings;

  /// Channels of the result.
  [[nodiscard]] std::int64_t channels() const {
    return data.channels() * (settings.reduce == reduction::last ? settings.keep : 1);
  }
};

/// T targets of N streams: values [T, sum of channels], the rest [T, N]; ages and time errors are
/// in the stamps' type.
struct fused {
  array values, valid, age, error;
  double seconds = 0;  // of the fusing alone
};

enum class time_span { overlap, all };

/// The targets, and their rate where it made them.
struct target_clock {
  array times;
  std::optional<clock_rate> rate;
};

/// A regular clock over the time that all streams cover, or any of them. Fails where a result of
/// `type` is more than memory can hold.
target_clock common_clock(const std::vector<fuse_source>& sources, const clock_rate& rate,
                          time_span span, element type);

/// The stamps of a source, as the common clock reads them.
array on_common_clock(const fuse_source& source);

/// Samples of a reduction lie in one window each where its `window` is a period of a regular clock,
/// to a millionth of it.
fused fuse_sources(const any_executor& executor, const std::vector<fuse_source>& sources,
                   const target_clock& clock, element type);

/// Writes `values`, `times` (the clock), `valid`, `age`, `error` and, where it has a name, another.
void write_fused(const std::string& path, const array& clock, const fused& result,
                 const named_array& more = {});

/// The first column of each source in the result, then the number of columns.
std::vector<std::int64_t> first_columns(const std::vector<fuse_source>& sources);

/// One line for each source: its columns, kind, samples, rate and share of valid targets.
std::string table_of(const std::vector<fuse_source>& sources, const fused& result);

}  // namespace robocache::cli
