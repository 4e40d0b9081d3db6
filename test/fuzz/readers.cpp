#include "fuzz/readers.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <stdexcept>

#include "apps/numpy_bytes.hpp"
#include "files/failure.hpp"
#include "files/memory.hpp"
#include "files/npy.hpp"
#include "files/npz.hpp"
#include "files/ply.hpp"
#include "files/raw_points.hpp"

namespace test {
namespace {

namespace cli = robocache::cli;
using namespace cli;

void require(bool holds, const char* what) {
  if (!holds) throw std::logic_error(what);
}

const std::byte* data_of(const std::string& text) {
  return reinterpret_cast<const std::byte*>(text.data());
}

void check_array(const array& values) {
  require(static_cast<double>(values.bytes.size()) == cli::bytes_of(values.type, values.shape),
          "an array has the bytes of its shape");
  require(static_cast<double>(values.bytes.size()) <= most_memory, "no more memory than allowed");
}

void check_again(const array& values) {
  const std::string file =
      npy_header(values) +
      std::string(reinterpret_cast<const char*>(values.bytes.data()), values.bytes.size());
  const array again = parse_npy(data_of(file), file.size(), "again");
  require(again.type == values.type && again.shape == values.shape && again.date == values.date &&
              again.bytes == values.bytes,
          "what is written is read again");
}

void read_npy(const std::string& input) {
  for (const named_field& field : parse_npy_fields(data_of(input), input.size(), "fuzzed.npy")) {
    check_array(field.values);
    require(field.values.size() == field.elements * field.width, "fields have all elements");
    check_again(field.values);
  }
}

/// A file without a directory entry, of which there is one in a process.
class memory_file {
 public:
  memory_file() : descriptor_(memfd_create("fuzzed.npz", MFD_CLOEXEC)) {
    require(descriptor_ >= 0, "a file in memory");
  }
  ~memory_file() { close(descriptor_); }
  memory_file(const memory_file&) = delete;
  memory_file& operator=(const memory_file&) = delete;

  std::string holding(const std::string& bytes) const {
    require(ftruncate(descriptor_, 0) == 0, "an empty file");
    const auto size = static_cast<ssize_t>(bytes.size());
    require(pwrite(descriptor_, bytes.data(), bytes.size(), 0) == size, "all bytes written");
    return "/proc/self/fd/" + std::to_string(descriptor_);
  }

 private:
  int descriptor_;
};

/// Archives as they came, or, by the first byte, made around the input, so that checksums hold.
std::string archive_of(const std::string& input) {
  const auto how = static_cast<unsigned char>(input.empty() ? 0 : input[0]);
  std::string rest = input.substr(input.empty() ? 0 : 1);
  if ((how & 1U) == 0) return rest;
  zip_member member{"a.npy", rest, (how & 2U) != 0};
  if ((how & 4U) != 0) member.size_error = how >> 4U;
  if ((how & 8U) != 0) member.crc_flip = 1;
  return zip({member, {"b.npy", npy_of({1, 2}, "(2,)")}});
}

void read_npz(const std::string& input) {
  static const memory_file file;
  const array_file archive(file.holding(archive_of(input)));
  for (const std::string& name : archive.names()) {
    try {
      for (const named_field& field : archive.read_fields(name)) check_array(field.values);
    } catch (const failure&) {
    }
  }
}

void read_ply(const std::string& input) {
  std::vector<std::string> remarks;
  const auto columns = parse_ply(data_of(input), input.size(), "fuzzed.ply", &remarks);
  for (const ply_column& c : columns) {
    check_array(c.values);
    require(c.values.shape == columns.front().values.shape, "columns are equally long");
  }
}

/// The first byte says what a row holds.
void read_points(const std::string& input) {
  constexpr const char* columns[] = {"", "3", "4", "5", "6", "x,a,z,y", "17"};
  const auto how = static_cast<unsigned char>(input.empty() ? 0 : input[0]);
  const std::string rest = input.substr(input.empty() ? 0 : 1);
  const char* name = (how & 8U) != 0 ? "fuzzed.pcd.bin" : "fuzzed.bin";
  const point_cloud cloud =
      parse_raw_points(data_of(rest), rest.size(), name, columns[(how & 7U) % 7]);
  check_array(cloud.positions);
  check_array(cloud.values);
  const auto width = static_cast<std::size_t>(3 + cloud.features.size());
  require(static_cast<std::size_t>(cloud.size()) * width * sizeof(float) == rest.size(),
          "all numbers of a file are read");
}

template <void (*Read)(const std::string&)>
void read_or_refuse(const std::string& input) {
  const memory_limit limit(most_memory);
  try {
    Read(input);
  } catch (const failure&) {  // says what is wrong with the file
  }
}

}  // namespace

const std::vector<reader>& readers() {
  static const std::vector<reader> all = {{"npy", read_or_refuse<read_npy>},
                                          {"npz", read_or_refuse<read_npz>},
                                          {"ply", read_or_refuse<read_ply>},
                                          {"points", read_or_refuse<read_points>}};
  return all;
}

const reader& reader_of(const std::string& name) {
  for (const reader& r : readers()) {
    if (name == r.name) return r;
  }
  throw std::logic_error("no reader " + name);
}

}  // namespace test
