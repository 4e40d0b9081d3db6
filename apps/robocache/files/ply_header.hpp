/// \file
/// What a PLY file says of its contents before they come.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "files/array.hpp"
#include "files/lines.hpp"

namespace robocache::cli {

enum class encoding : std::uint8_t { ascii, little_endian, big_endian };

struct ply_property {
  std::string name;
  element type = element::f32;
  std::optional<element> count;  // of a list
};

struct ply_element {
  std::string name;
  std::int64_t count = 0;
  std::vector<ply_property> properties;
};

struct ply_header {
  encoding format = encoding::ascii;
  std::vector<ply_element> elements;
};

/// Reads up to `end_header`, strictly. `where` begins every error.
ply_header parse_ply_header(line_reader& lines, const std::string& where);

/// The name of one of PLY's eight types, or of 64-bit integers, which some writers have.
const char* ply_name(element type);

}  // namespace robocache::cli
