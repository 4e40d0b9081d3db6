/// \file
/// Rows of any type and shape by the kinds that select one: images, integers, flags.
#pragma once

#include "resampling.hpp"

namespace robocache::cli {

/// Makes rows of numbers of [T, ...] or [B, T, ...], such as images; T is the dimension that the
/// stamps have. Returns the shape of such a row, which is empty for what has rows of numbers.
std::vector<std::int64_t> flatten_rows(stream& s);

/// [..., D] with rows of shape `row` in the place of D, unless that is empty.
std::vector<std::int64_t> with_rows(std::vector<std::int64_t> shape,
                                    const std::vector<std::int64_t>& row);

/// Whether samples of `s` can only be selected, since they are no floats.
inline bool is_selected_only(const stream& s) { return !is_float(s.values.type); }

/// Requires one kind that selects, and a fill value that the type of `s` holds.
void check_selection(const stream& s, const resample_settings& settings);

/// The bytes of the samples that stand for each target; `settings.fill`, or 0 where that is NaN,
/// where there is none.
resampled select_samples(const any_executor& executor, const stream& s,
                         const clock_targets& targets, const resample_settings& settings);

}  // namespace robocache::cli
