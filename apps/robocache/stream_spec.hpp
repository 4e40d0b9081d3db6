/// \file
/// Streams as they are typed: FILE:VALUES[,TIMES]@KIND[,OPTION=VALUE...].
#pragma once

#include <optional>
#include <string>

#include "fusing.hpp"

namespace robocache::cli {

/// FILE:ARRAY in its parts; empty where there is no colon. A backslash before one of : , @ and
/// itself makes that a part of the array's name.
struct array_name {
  std::string file, array;
};
array_name parse_array(const std::string& text);

/// FILE:VALUES[,TIMES]@SETTINGS in its parts.
struct stream_spec {
  std::string option;  // begins errors
  std::string file, values, times, settings;
};

/// Fails unless all parts are there; `settings` is not looked at.
stream_spec parse_stream(const std::string& text);

/// The settings in KIND[,OPTION=VALUE...], as typed after the @ of a stream; errors begin with
/// `option`. A reduction gets the window `period` unless it says another.
fuse_settings parse_settings(const std::string& text, std::optional<double> period,
                             const std::string& option);

}  // namespace robocache::cli
