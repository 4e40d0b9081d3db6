#include "kinds.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "files/failure.hpp"

namespace robocache::cli {
namespace {

constexpr std::pair<const char*, interpolation> kind_names[] = {
    {"linear", interpolation::linear},         {"nearest", interpolation::nearest},
    {"previous", interpolation::previous},     {"next", interpolation::next},
    {"cubic", interpolation::cubic},           {"pchip", interpolation::pchip},
    {"slerp-xyzw", interpolation::slerp_xyzw}, {"slerp-wxyz", interpolation::slerp_wxyz},
    {"radians", interpolation::angle},         {"degrees", interpolation::angle},
};

channel_group parse_kind(std::int64_t channels, const std::string& text,
                         const std::string& option) {
  std::string all;
  for (const auto& [name, kind] : kind_names) {
    if (text == name && text == "degrees") return {channels, kind, 360.0};
    if (text == name) return {channels, kind};
    all += std::string(all.empty() ? "" : ", ") + name;
  }
  bad_usage(option + ": expected one of " + all + ", got '" + text + "'");
}

channel_group parse_group(const std::string& text, bool is_last, const std::string& option) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos && is_last) return parse_kind(-1, text, option);
  if (colon == std::string::npos) {
    bad_usage(
        option +
        ": expected KIND:CHANNELS for all groups but the last, as in linear:7,previous, got '" +
        text + "'");
  }
  std::int64_t channels = 0;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data() + colon + 1, end, channels);
  if (parsed.ec != std::errc() || parsed.ptr != end || channels < 1) {
    bad_usage(option + ": expected a number of channels after the colon, got '" + text + "'");
  }
  return parse_kind(channels, text.substr(0, colon), option);
}

}  // namespace

const char* name_of(interpolation kind) { return kind_names[static_cast<std::size_t>(kind)].first; }

std::vector<channel_group> parse_kinds(const std::string& text, const std::string& option) {
  std::vector<channel_group> groups;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    groups.push_back(parse_group(text.substr(begin, end - begin), end == text.size(), option));
    begin = end + 1;
  }
  if (groups.size() > channel_groups::capacity) {
    bad_usage(option + ": expected at most 16 groups, got " + std::to_string(groups.size()));
  }
  return groups;
}

interpolation kind_of_channel(const std::vector<channel_group>& kinds, std::int64_t channel) {
  for (const channel_group& group : kinds) {
    if (group.channels < 0 || channel < group.channels) return group.kind;
    channel -= group.channels;
  }
  return interpolation::linear;
}

std::vector<channel_group> covering(std::vector<channel_group> kinds, std::int64_t channels,
                                    const std::string& where, const std::string& option) {
  std::int64_t covered = 0;
  for (channel_group& group : kinds) {
    if (group.channels < 0) group.channels = std::max<std::int64_t>(channels - covered, 0);
    if (is_slerp(group.kind) && group.channels % 4 != 0) {
      bad_usage(option + " " + name_of(group.kind) + ": expected a multiple of 4 channels, got " +
                std::to_string(group.channels) + " of " + where);
    }
    // Saturates: counts come from the command line.
    if (__builtin_add_overflow(covered, group.channels, &covered)) covered = INT64_MAX;
  }
  if (covered != channels) {
    bad_usage(option + ": expected groups that cover the " + std::to_string(channels) +
              " channels of " + where + ", got " + std::to_string(covered));
  }
  if (kinds.back().channels == 0 && channels > 0) {
    bad_usage(option + ": expected channels that are left for the last group, got none, since " +
              where + " has " + std::to_string(channels));
  }
  return kinds;
}

}  // namespace robocache::cli
