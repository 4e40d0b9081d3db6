/// \file
/// PLY files: the vertices of ascii and binary ones read as they are found, and plain ones written.
///
/// Read are files that writers really make, where there is one way to read them: any line ends, a
/// byte order mark, rows over several lines, whole numbers such as 255.0, "1.#QNAN", line ends
/// behind binary data. Whatever else is wrong throws `failure` with what was expected and what
/// came.
#pragma once

#include <string>
#include <vector>

#include "files/array.hpp"

namespace robocache::cli {

/// One property of all vertices.
struct ply_column {
  std::string name;
  array values;  ///< [N]
};

/// The scalar properties of the element `vertex`, in the order of the file. Lists and other
/// elements are read over. `where` begins every error; `remarks` takes what was left unread.
std::vector<ply_column> parse_ply(const std::byte* bytes, std::size_t size,
                                  const std::string& where,
                                  std::vector<std::string>* remarks = nullptr);

/// A binary little-endian file of vertices. PLY has no 64-bit integers and no float16.
std::string ply_text(const std::vector<ply_column>& columns);

}  // namespace robocache::cli
