#include <zip.h>

#include <algorithm>
#include <cerrno>
#include <new>

#include "files/failure.hpp"
#include "files/input.hpp"
#include "files/memory.hpp"
#include "files/npy_header.hpp"
#include "files/npz.hpp"
#include "files/text.hpp"
#include "files/zip_errors.hpp"
#include "files/zip_names.hpp"

namespace robocache::cli {
namespace {

constexpr std::size_t chunk = 1 << 20;

std::string libzip_text(int code, int system) {
  zip_error_t error;
  zip_error_init(&error);
  zip_error_set(&error, code, system);
  check_zip_memory(&error);
  std::string text = zip_error_strerror(&error);
  zip_error_fini(&error);
  return text;
}

[[noreturn]] void cannot_open(const std::string& path, int code, int system) {
  const std::string text = libzip_text(code, system);
  if (code == ZIP_ER_EXISTS) {
    bad_input(path + ": expected members of different names, got two of the same");
  }
  if (code == ZIP_ER_OPEN || code == ZIP_ER_READ || code == ZIP_ER_SEEK) {
    bad_input(path + ": cannot read: " + text);
  }
  const std::string name = code == ZIP_ER_INCONS ? refused_zip_name(path) : "";
  if (!name.empty()) {
    bad_input(path + ": expected members whose names are UTF-8 without control characters, got '" +
              printable(name) + "'");
  }
  bad_input(path + ": expected a whole npz (zip) file, got a truncated or damaged one (" + text +
            ")");
}

zip* open_archive(const std::string& path) {
  int code = 0;
  zip* archive = zip_open(path.c_str(), ZIP_RDONLY | ZIP_CHECKCONS, &code);
  if (archive == nullptr) cannot_open(path, code, errno);
  return archive;
}

using member_file = std::unique_ptr<zip_file_t, int (*)(zip_file_t*)>;

/// The whole member, whose checksum is compared.
std::vector<std::byte> read_all(const member_file& member, std::size_t size,
                                const std::string& where, const progress_hook& progress) {
  std::vector<std::byte> bytes(size);
  std::size_t done = 0;
  for (;;) {  // one read past the end makes libzip compare the checksum
    std::byte past_end;
    const bool full = done == size;
    const std::size_t part = full ? 1 : std::min(chunk, size - done);
    const zip_int64_t got = zip_fread(member.get(), full ? &past_end : bytes.data() + done, part);
    if (got < 0) {
      check_zip_memory(zip_file_get_error(member.get()));
      bad_input(where + ": damaged or truncated member (" + zip_file_strerror(member.get()) + ")");
    }
    if (full && got > 0) bad_input(where + ": the member is longer than the archive says");
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
    if (progress) progress(static_cast<double>(done) / static_cast<double>(size));
  }
  if (done != size) {
    bad_input(where + ": expected " + std::to_string(size) + " bytes, got " + std::to_string(done) +
              " (truncated)");
  }
  return bytes;
}

}  // namespace

array_file::array_file(const std::string& path)
    : path_(path), archive_(nullptr, [](zip* archive) { zip_discard(archive); }) {
  const std::string start = first_bytes(path, npy_magic.size());
  if (start == npy_magic) {
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

bool array_file::has(const std::string& name) const {
  return std::find(names_.begin(), names_.end(), name) != names_.end();
}

array array_file::read(const std::string& name, const progress_hook& progress) const {
  if (has(name)) {
    const member m = load(name, progress);
    return parse_npy(m.bytes.data(), m.bytes.size(), m.where);
  }
  const std::size_t point = name.rfind('.');
  const std::string whole =
      archive_ == nullptr || point == std::string::npos ? "" : name.substr(0, point);
  const std::string part = archive_ == nullptr ? name : name.substr(point + 1);
  if (has(whole)) {
    for (named_field& field : read_fields(whole, progress)) {
      if (!field.name.empty() && field.name == part) return std::move(field.values);
    }
  }
  fail_missing(name);
}

void array_file::fail_missing(const std::string& name) const {
  std::string list;
  for (const std::string& other : names_) list += (list.empty() ? "" : ", ") + other;
  bad_input(path_ + ": expected an array '" + name + "', got " +
            (list.empty() ? "no named arrays" : "only " + list));
}

std::vector<named_field> array_file::read_fields(const std::string& name,
                                                 const progress_hook& progress) const {
  const member m = load(name, progress);
  return parse_npy_fields(m.bytes.data(), m.bytes.size(), m.where);
}

array_file::member array_file::load(const std::string& name, const progress_hook& progress) const {
  if (!has(name)) fail_missing(name);
  if (archive_ == nullptr) return {read_file(path_, progress), path_};
  const auto found = std::find(names_.begin(), names_.end(), name);
  const std::string where = path_ + ": array '" + name + "'";
  return {load_member(indices_[static_cast<std::size_t>(found - names_.begin())], where, progress),
          where};
}

std::vector<std::byte> array_file::load_member(std::uint64_t index, const std::string& where,
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
  check_memory(static_cast<double>(stat.size), where);
  const member_file file(zip_fopen_index(archive_.get(), index, 0), zip_fclose);
  if (file == nullptr) bad_input(where + ": " + zip_strerror(archive_.get()));
  return read_all(file, stat.size, where, progress);
}

}  // namespace robocache::cli
