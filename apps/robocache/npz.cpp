#include "npz.hpp"

#include <unistd.h>
#include <zip.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <string_view>
#include <system_error>

#include "failure.hpp"

namespace robocache::cli {
namespace {

constexpr std::string_view magic = "\x93NUMPY";
constexpr std::size_t longest_header = 1 << 16;
constexpr std::size_t most_dimensions = 32;
constexpr std::size_t chunk = 1 << 20;

struct type_info {
  dtype type;
  std::string_view descr;  // as written; "<" and "|" are both read for single bytes
  const char* name;
  std::size_t size;
};

constexpr type_info types[] = {
    {dtype::boolean, "|b1", "bool", 1},    {dtype::int8, "|i1", "int8", 1},
    {dtype::int16, "<i2", "int16", 2},     {dtype::int32, "<i4", "int32", 4},
    {dtype::int64, "<i8", "int64", 8},     {dtype::uint8, "|u1", "uint8", 1},
    {dtype::uint16, "<u2", "uint16", 2},   {dtype::uint32, "<u4", "uint32", 4},
    {dtype::uint64, "<u8", "uint64", 8},   {dtype::float16, "<f2", "float16", 2},
    {dtype::float32, "<f4", "float32", 4}, {dtype::float64, "<f8", "float64", 8},
};

const type_info& info_of(dtype type) { return types[static_cast<std::size_t>(type)]; }

/// The dictionary that heads an .npy file: a Python literal with exactly three known keys.
class header_parser {
 public:
  header_parser(std::string_view text, const std::string& where) : rest_(text), where_(where) {}

  struct result {
    std::string descr;
    bool fortran_order = false;
    std::vector<std::int64_t> shape;
  };

  result parse() {
    result header;
    bool has_descr = false, has_order = false, has_shape = false;
    expect('{');
    while (!take('}')) {
      const std::string key = string();
      expect(':');
      if (key == "descr" && !has_descr) {
        has_descr = true;
        header.descr = descr();
      } else if (key == "fortran_order" && !has_order) {
        has_order = true;
        header.fortran_order = boolean();
      } else if (key == "shape" && !has_shape) {
        has_shape = true;
        header.shape = tuple();
      } else {
        malformed("an unknown or repeated key " + in_quotes(key));
      }
      if (!take(',')) {
        expect('}');
        break;
      }
    }
    skip_spaces();
    if (!rest_.empty()) malformed(in_quotes(rest_) + " after the dictionary");
    if (!has_descr || !has_order || !has_shape) {
      malformed("no 'descr', 'fortran_order' or 'shape'");
    }
    return header;
  }

 private:
  [[noreturn]] void malformed(const std::string& what) const {
    bad_input(where_ + ": malformed npy header: " + what);
  }

  void skip_spaces() {
    const std::size_t n = rest_.find_first_not_of(" \t\r\n");
    rest_.remove_prefix(std::min(n, rest_.size()));
  }

  bool take(char c) {
    skip_spaces();
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void expect(char c) {
    if (!take(c)) malformed(std::string("expected '") + c + "', got " + in_quotes(rest_));
  }

  bool take_word(std::string_view word) {
    skip_spaces();
    if (rest_.substr(0, word.size()) != word) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  std::string string() {
    const char quote = take('"') ? '"' : '\'';
    if (quote == '\'') expect('\'');
    const std::size_t end = rest_.find(quote);
    if (end == std::string_view::npos) malformed("a string that does not end");
    std::string text(rest_.substr(0, end));
    rest_.remove_prefix(end + 1);
    return text;
  }

  std::string descr() {
    skip_spaces();
    if (!rest_.empty() && rest_.front() == '[') {
      bad_input(where_ + ": expected a plain element type, got a structured one");
    }
    return string();
  }

  bool boolean() {
    if (take_word("True")) return true;
    if (take_word("False")) return false;
    malformed("expected True or False, got " + in_quotes(rest_));
  }

  std::vector<std::int64_t> tuple() {
    std::vector<std::int64_t> extents;
    expect('(');
    bool comma = false;
    while (!take(')')) {
      if (!extents.empty() && !comma) malformed("expected ',', got " + in_quotes(rest_));
      extents.push_back(integer());
      comma = take(',');
    }
    if (extents.size() == 1 && !comma) malformed("a shape that is no tuple");
    if (extents.size() > most_dimensions) {
      malformed(std::to_string(extents.size()) + " dimensions, at most 32 are read");
    }
    return extents;
  }

  std::int64_t integer() {
    skip_spaces();
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error == std::errc::result_out_of_range) malformed("an extent above 2^63 - 1");
    if (error != std::errc()) malformed("expected an extent, got " + in_quotes(rest_));
    if (value < 0) malformed("a negative extent " + std::to_string(value));
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return value;
  }

  std::string_view rest_;
  const std::string& where_;
};

dtype parse_descr(const std::string& descr, const std::string& where) {
  for (const type_info& info : types) {
    const bool same_letter = descr.size() == 3 && descr.substr(1) == info.descr.substr(1);
    if (same_letter && (descr[0] == '<' || (descr[0] == '|' && info.size == 1))) return info.type;
    if (same_letter && descr[0] == '>' && info.size > 1) {
      bad_input(where + ": expected little-endian elements, got big-endian " + in_quotes(descr) +
                " (convert with values.astype(values.dtype.newbyteorder('<')))");
    }
  }
  if (descr.find('O') != std::string::npos) {
    bad_input(where + ": expected numbers, got Python objects (dtype " + in_quotes(descr) +
              "), which are never unpickled");
  }
  bad_input(where + ": unknown element type " + in_quotes(descr) +
            "; expected bool, int8 to int64, uint8 to uint64 or float16 to float64");
}

/// The bytes that the elements take. Fails where the count does not fit 63 bits, with a zero
/// extent among absurd ones as well.
std::size_t bytes_of(const std::vector<std::int64_t>& shape, dtype type, const std::string& where) {
  auto bytes = static_cast<std::int64_t>(size_of(type));
  bool empty = false;
  for (const std::int64_t extent : shape) {
    empty = empty || extent == 0;
    if (extent != 0 && __builtin_mul_overflow(bytes, extent, &bytes)) {
      bad_input(where + ": the shape " + shape_text(shape) + " is too large to be true");
    }
  }
  return empty ? 0 : static_cast<std::size_t>(bytes);
}

std::string libzip_text(zip_error_t* error) {
  std::string text = zip_error_strerror(error);
  zip_error_fini(error);
  return text;
}

std::string libzip_text(int code) {
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  return libzip_text(&error);
}

std::string system_text() { return std::generic_category().message(errno); }

std::string first_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) bad_input(path + ": cannot open: " + system_text());
  std::string bytes(magic.size(), '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (file.bad()) bad_input(path + ": cannot read: " + system_text());
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  return bytes;
}

zip* open_archive(const std::string& path) {
  int code = 0;
  zip* archive = zip_open(path.c_str(), ZIP_RDONLY | ZIP_CHECKCONS, &code);
  if (code == ZIP_ER_EXISTS) {
    bad_input(path + ": expected members of different names, got two of the same");
  }
  if (archive == nullptr) {
    bad_input(path + ": expected a whole npz (zip) file, got a truncated or damaged one (" +
              libzip_text(code) + ")");
  }
  return archive;
}

}  // namespace

const char* name_of(dtype type) { return info_of(type).name; }
std::size_t size_of(dtype type) { return info_of(type).size; }

std::int64_t array::size() const {
  return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
}

array make_array(dtype type, std::vector<std::int64_t> shape) {
  array result{type, std::move(shape), {}};
  result.bytes.resize(static_cast<std::size_t>(result.size()) * size_of(type));
  return result;
}

double element(const array& values, std::int64_t i) {
  switch (values.type) {
    case dtype::boolean:
    case dtype::uint8:
      return values.as<std::uint8_t>()[i];
    case dtype::int8:
      return values.as<std::int8_t>()[i];
    case dtype::int16:
      return values.as<std::int16_t>()[i];
    case dtype::int32:
      return values.as<std::int32_t>()[i];
    case dtype::int64:
      return static_cast<double>(values.as<std::int64_t>()[i]);
    case dtype::uint16:
      return values.as<std::uint16_t>()[i];
    case dtype::uint32:
      return values.as<std::uint32_t>()[i];
    case dtype::uint64:
      return static_cast<double>(values.as<std::uint64_t>()[i]);
    case dtype::float16:
      return static_cast<float>(values.as<f16>()[i]);
    case dtype::float32:
      return values.as<float>()[i];
    case dtype::float64:
      break;
  }
  return values.as<double>()[i];
}

array converted(const array& values, dtype type) {
  array result = make_array(type, values.shape);
  for (std::int64_t i = 0; i < values.size(); ++i) {
    const double value = element(values, i);
    if (type == dtype::float64) {
      result.as<double>()[i] = value;
    } else if (type == dtype::float32) {
      result.as<float>()[i] = static_cast<float>(value);
    } else if (type == dtype::float16) {
      result.as<f16>()[i] = f16(static_cast<float>(value));
    }
  }
  return result;
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text = "(";
  for (std::size_t r = 0; r < shape.size(); ++r) {
    text += (r == 0 ? "" : ", ") + std::to_string(shape[r]);
  }
  return text + (shape.size() == 1 ? ",)" : ")");
}

std::vector<std::byte> read_file(const std::string& path, const progress_hook& progress) {
  if (std::filesystem::is_directory(path)) bad_input(path + ": expected a file, got a directory");
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) bad_input(path + ": cannot open: " + system_text());
  const std::streamoff size = file.tellg();
  if (size < 0) bad_input(path + ": cannot read: " + system_text());
  std::vector<std::byte> bytes(static_cast<std::size_t>(size));
  file.seekg(0);
  for (std::size_t done = 0; done < bytes.size();) {
    const std::size_t part = std::min(chunk, bytes.size() - done);
    file.read(reinterpret_cast<char*>(bytes.data() + done), static_cast<std::streamsize>(part));
    if (!file) bad_input(path + ": cannot read: " + system_text());
    done += part;
    if (progress) progress(static_cast<double>(done) / static_cast<double>(bytes.size()));
  }
  return bytes;
}

array parse_npy(const std::byte* bytes, std::size_t size, const std::string& where) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  if (text.substr(0, magic.size()) != magic) {
    bad_input(where + ": expected an npy array (\\x93NUMPY), got " + in_quotes(text.substr(0, 6)));
  }
  const auto byte = [&](std::size_t i) { return static_cast<std::size_t>(bytes[i]); };
  if (size < 8) bad_input(where + ": truncated inside the npy header");
  const std::size_t version = byte(6);
  if (version < 1 || version > 3 || byte(7) != 0) {
    bad_input(where + ": expected npy version 1.0, 2.0 or 3.0, got " + std::to_string(version) +
              "." + std::to_string(byte(7)));
  }
  const std::size_t start = version == 1 ? 10 : 12;
  if (size < start) bad_input(where + ": truncated inside the npy header");
  std::size_t length = byte(8) | byte(9) << 8;
  if (version > 1) length |= byte(10) << 16 | byte(11) << 24;
  if (length > longest_header) {
    bad_input(where + ": an npy header of " + std::to_string(length) +
              " bytes is too long to be true");
  }
  if (size - start < length) bad_input(where + ": truncated inside the npy header");

  const auto header = header_parser(text.substr(start, length), where).parse();
  array result{parse_descr(header.descr, where), header.shape, {}};
  if (header.fortran_order && header.shape.size() > 1) {
    bad_input(where + ": expected C order, got Fortran order with shape " +
              shape_text(header.shape) + " (save numpy.ascontiguousarray(values))");
  }
  const std::size_t needed = bytes_of(header.shape, result.type, where);
  const std::size_t present = size - start - length;
  if (present != needed) {
    bad_input(where + ": expected " + std::to_string(needed) + " bytes of " + name_of(result.type) +
              " " + shape_text(header.shape) + ", got " + std::to_string(present) +
              (present < needed ? " (truncated)" : " (too many)"));
  }
  result.bytes.assign(bytes + start + length, bytes + size);
  return result;
}

std::string npy_header(const array& values) {
  std::string header = "{'descr': '" + std::string(info_of(values.type).descr) +
                       "', 'fortran_order': False, 'shape': " + shape_text(values.shape) + ", }";
  // The elements start at a multiple of 64 bytes, and the header ends with a line end.
  const std::size_t before = magic.size() + 4;
  header.append(63 - (before + header.size()) % 64, ' ');
  header += '\n';
  std::string result(magic);
  result += {'\x01', '\x00', static_cast<char>(header.size() & 0xff),
             static_cast<char>(header.size() >> 8)};
  return result + header;
}

array_file::array_file(const std::string& path)
    : path_(path), archive_(nullptr, [](zip* archive) { zip_discard(archive); }) {
  const std::string start = first_bytes(path);
  if (start == magic) {
    names_.emplace_back();
    return;
  }
  if (start.substr(0, 2) != "PK") {
    bad_input(path + ": expected a NumPy file (.npz or .npy), got " +
              (start.empty() ? "an empty file" : "a file that starts with " + in_quotes(start)));
  }
  archive_.reset(open_archive(path));
  const zip_int64_t members = zip_get_num_entries(archive_.get(), 0);
  for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(members); ++i) {
    const char* raw = zip_get_name(archive_.get(), i, ZIP_FL_ENC_GUESS);
    std::string name = raw == nullptr ? "" : raw;
    if (name.size() < 4 || name.substr(name.size() - 4) != ".npy") continue;
    name.resize(name.size() - 4);
    names_.push_back(name);
    indices_.push_back(i);
  }
}

array array_file::read(const std::string& name, const progress_hook& progress) const {
  const auto found = std::find(names_.begin(), names_.end(), name);
  if (found == names_.end()) {
    std::string list;
    for (const std::string& other : names_) list += (list.empty() ? "" : ", ") + other;
    bad_input(path_ + ": expected an array '" + name + "', got " +
              (list.empty() ? "no named arrays" : "only " + list));
  }
  if (archive_ == nullptr) {
    const auto bytes = read_file(path_, progress);
    return parse_npy(bytes.data(), bytes.size(), path_);
  }
  return read_member(indices_[static_cast<std::size_t>(found - names_.begin())],
                     path_ + ": array '" + name + "'", progress);
}

array array_file::read_member(std::uint64_t index, const std::string& where,
                              const progress_hook& progress) const {
  zip_stat_t stat;
  if (zip_stat_index(archive_.get(), index, 0, &stat) != 0) {
    bad_input(where + ": " + zip_strerror(archive_.get()));
  }
  if (stat.comp_method != ZIP_CM_STORE && stat.comp_method != ZIP_CM_DEFLATE) {
    bad_input(where + ": expected a stored or deflated member, got zip method " +
              std::to_string(stat.comp_method));
  }
  // Deflate shrinks at most 1032 times, so a larger claim is a lie and not worth its memory.
  if (stat.size / 1032 > stat.comp_size) {
    bad_input(where + ": " + std::to_string(stat.size) + " bytes cannot come from " +
              std::to_string(stat.comp_size) + " compressed ones");
  }
  const std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> member(
      zip_fopen_index(archive_.get(), index, 0), zip_fclose);
  if (member == nullptr) bad_input(where + ": " + zip_strerror(archive_.get()));

  std::vector<std::byte> bytes(stat.size);
  std::size_t done = 0;
  for (;;) {  // one read past the end makes libzip compare the checksum
    std::byte past_end;
    const bool full = done == bytes.size();
    const std::size_t part = full ? 1 : std::min(chunk, bytes.size() - done);
    const zip_int64_t got = zip_fread(member.get(), full ? &past_end : bytes.data() + done, part);
    if (got < 0) {
      bad_input(where + ": damaged or truncated member (" + zip_file_strerror(member.get()) + ")");
    }
    if (full && got > 0) bad_input(where + ": the member is longer than the archive says");
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
    if (progress) progress(static_cast<double>(done) / static_cast<double>(bytes.size()));
  }
  if (done != bytes.size()) {
    bad_input(where + ": expected " + std::to_string(bytes.size()) + " bytes, got " +
              std::to_string(done) + " (truncated)");
  }
  return parse_npy(bytes.data(), bytes.size(), where);
}

void write_npz(const std::string& path, const std::vector<named_array>& arrays,
               const progress_hook& progress) {
  int code = 0;
  std::unique_ptr<zip_t, void (*)(zip_t*)> archive(
      zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code), zip_discard);
  if (archive == nullptr) bad_output(path + ": cannot write: " + libzip_text(code));
  const auto check = [&](bool good) {
    if (!good) bad_output(path + ": cannot write: " + zip_strerror(archive.get()));
  };

  std::vector<std::string> headers;
  headers.reserve(arrays.size());
  for (const auto& [name, values] : arrays) {
    headers.push_back(npy_header(*values));
    zip_buffer_fragment_t parts[] = {
        {reinterpret_cast<zip_uint8_t*>(headers.back().data()), headers.back().size()},
        {reinterpret_cast<zip_uint8_t*>(const_cast<std::byte*>(values->bytes.data())),
         values->bytes.size()}};
    zip_source_t* source = zip_source_buffer_fragment(archive.get(), parts, 2, 0);
    check(source != nullptr);
    const zip_int64_t index =
        zip_file_add(archive.get(), (name + ".npy").c_str(), source, ZIP_FL_ENC_UTF_8);
    if (index < 0) zip_source_free(source);
    check(index >= 0);
    const auto member = static_cast<zip_uint64_t>(index);
    check(zip_set_file_compression(archive.get(), member, ZIP_CM_DEFLATE, 6) == 0);
    // 1980-01-01: the oldest date that zip can say, so that equal arrays give equal files.
    check(zip_file_set_dostime(archive.get(), member, 0, (1 << 5) | 1, 0) == 0);
  }
  if (progress) {
    zip_register_progress_callback_with_state(
        archive.get(), 0.01,
        [](zip_t*, double part, void* hook) { (*static_cast<const progress_hook*>(hook))(part); },
        nullptr, const_cast<progress_hook*>(&progress));
  }
  // libzip writes a temporary file beside `path` and renames it.
  check(zip_close(archive.get()) == 0);
  archive.release();  // NOLINT: zip_close has freed it
}

void write_text(const std::string& path, const std::string& text) {
  const std::string temporary = path + ".tmp-" + std::to_string(getpid());
  std::ofstream file(temporary, std::ios::binary);
  file << text;
  file.close();
  if (!file || std::rename(temporary.c_str(), path.c_str()) != 0) {
    const std::string reason = system_text();
    std::remove(temporary.c_str());
    bad_output(path + ": cannot write: " + reason);
  }
}

}  // namespace robocache::cli
