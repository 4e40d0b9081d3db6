/// \file
/// Kinds of interpolation as they are typed: "linear", or "linear:7,slerp-xyzw:4,previous:1".
#pragma once

#include <robocache/trajectory/resample.hpp>
#include <string>
#include <vector>

namespace robocache::cli {

const char* name_of(interpolation kind);

/// The groups in `text`; one kind alone, or the last of several, without a number stands for all
/// channels that are left (a group of -1). Throws `failure`, which begins with `option`.
std::vector<channel_group> parse_kinds(const std::string& text,
                                       const std::string& option = "--kind");

/// The kind of a channel; linear past the last group.
interpolation kind_of_channel(const std::vector<channel_group>& kinds, std::int64_t channel);

/// The groups with a number each. Requires them to cover `channels` channels exactly, in
/// quaternions of four.
std::vector<channel_group> covering(std::vector<channel_group> kinds, std::int64_t channels,
                                    const std::string& where, const std::string& option = "--kind");

}  // namespace robocache::cli
