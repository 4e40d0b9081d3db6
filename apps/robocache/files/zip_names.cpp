#include "files/zip_names.hpp"

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <string_view>

#include "files/text.hpp"

namespace robocache::cli {
namespace {

// PKWARE's APPNOTE.TXT, 4.3.12 and 4.3.16: signatures, sizes, and places of fields.
constexpr std::string_view entry_signature("PK\1\2", 4), end_signature("PK\5\6", 4);
constexpr std::size_t entry_size = 46, end_size = 22, longest_comment = 65535;
constexpr std::size_t flags_at = 8, name_length_at = 28, extra_length_at = 30,
                      comment_length_at = 32;
constexpr std::size_t directory_size_at = 12, directory_place_at = 16;
constexpr std::size_t is_utf8 = 1 << 11;

/// A little-endian number.
std::size_t number_at(std::string_view bytes, std::size_t at, std::size_t size) {
  std::size_t value = 0;
  for (std::size_t i = size; i-- > 0;) {
    value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  }
  return value;
}

std::string read_at(std::ifstream& file, std::size_t at, std::size_t size) {
  std::string bytes(size, '\0');
  file.clear();
  file.seekg(static_cast<std::streamoff>(at));
  file.read(bytes.data(), static_cast<std::streamsize>(size));
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  return bytes;
}

/// The central directory; empty where it is not found.
std::string directory_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  const std::streamoff length = file.tellg();
  if (length < 0) return "";
  const auto size = static_cast<std::size_t>(length);
  const std::size_t tail_size = std::min(size, end_size + longest_comment);
  const std::string tail = read_at(file, size - tail_size, tail_size);
  const std::size_t end = tail.rfind(end_signature);
  if (end == std::string::npos || tail.size() - end < end_size) return "";
  const std::size_t place = number_at(tail, end + directory_place_at, 4);
  const std::size_t bytes = number_at(tail, end + directory_size_at, 4);
  return place < size ? read_at(file, place, std::min(bytes, size - place)) : "";
}

bool is_refused(std::string_view name) { return printable(name, "\t\r\n\x7f") != name; }

}  // namespace

std::string refused_zip_name(const std::string& path) {
  const std::string all = directory_of(path);
  std::string_view rest = all;
  while (rest.size() >= entry_size && rest.substr(0, 4) == entry_signature) {
    const std::size_t name_length = number_at(rest, name_length_at, 2);
    const std::string_view name = rest.substr(entry_size, name_length);
    if ((number_at(rest, flags_at, 2) & is_utf8) != 0 && is_refused(name)) return std::string(name);
    const std::size_t length = entry_size + name_length + number_at(rest, extra_length_at, 2) +
                               number_at(rest, comment_length_at, 2);
    rest.remove_prefix(std::min(length, rest.size()));
  }
  return "";
}

}  // namespace robocache::cli
