#include "files/memory.hpp"
#include "files/ply.hpp"
#include "files/ply_header.hpp"

namespace robocache::cli {

std::string ply_text(const std::vector<ply_column>& columns) {
  const std::int64_t rows = columns.empty() ? 0 : columns.front().values.size();
  std::string text =
      "ply\nformat binary_little_endian 1.0\ncomment made by robocache\nelement vertex " +
      std::to_string(rows) + "\n";
  std::size_t row_bytes = 0;
  for (const ply_column& c : columns) {
    text += std::string("property ") + ply_name(c.values.type) + " " + c.name + "\n";
    row_bytes += bytes_each(c.values.type);
  }
  text += "end_header\n";
  check_memory(static_cast<double>(row_bytes) * static_cast<double>(rows), "a PLY file");
  text.reserve(text.size() + row_bytes * static_cast<std::size_t>(rows));
  for (std::int64_t row = 0; row < rows; ++row) {
    for (const ply_column& c : columns) {
      const std::size_t size = bytes_each(c.values.type);
      text.append(reinterpret_cast<const char*>(c.values.bytes.data()) +
                      static_cast<std::size_t>(row) * size,
                  size);
    }
  }
  return text;
}

}  // namespace robocache::cli
