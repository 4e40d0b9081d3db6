#include <zip.h>

#include <cerrno>
#include <exception>
#include <new>

#include "files/failure.hpp"
#include "files/npy.hpp"
#include "files/npz.hpp"
#include "files/output.hpp"
#include "files/zip_errors.hpp"

namespace robocache::cli {
namespace {

/// An output as a source of libzip, which only ever writes it. Errors wait here, since exceptions
/// do not pass through C.
class zip_sink {
 public:
  explicit zip_sink(output_file& file) : file_(file) { zip_error_init(&error_); }
  ~zip_sink() { zip_error_fini(&error_); }
  zip_sink(const zip_sink&) = delete;
  zip_sink& operator=(const zip_sink&) = delete;

  static zip_int64_t call(void* sink, void* data, zip_uint64_t size, zip_source_cmd_t command) {
    return static_cast<zip_sink*>(sink)->handle(data, size, command);
  }
  void rethrow() const {
    if (exception_ != nullptr) std::rethrow_exception(exception_);
  }

 private:
  zip_int64_t handle(void* data, zip_uint64_t size, zip_source_cmd_t command) {
    switch (command) {
      case ZIP_SOURCE_SUPPORTS:
        return zip_source_make_command_bitmap(
            ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT, ZIP_SOURCE_ERROR,
            ZIP_SOURCE_FREE, ZIP_SOURCE_SEEK, ZIP_SOURCE_TELL, ZIP_SOURCE_BEGIN_WRITE,
            ZIP_SOURCE_WRITE, ZIP_SOURCE_SEEK_WRITE, ZIP_SOURCE_TELL_WRITE, ZIP_SOURCE_COMMIT_WRITE,
            ZIP_SOURCE_ROLLBACK_WRITE, ZIP_SOURCE_REMOVE, -1);
      case ZIP_SOURCE_ERROR:
        return zip_error_to_data(&error_, data, size);
      case ZIP_SOURCE_STAT:  // there is nothing to be read
        zip_error_set(&error_, ZIP_ER_READ, ENOENT);
        return -1;
      case ZIP_SOURCE_WRITE:
        return write(data, size);
      case ZIP_SOURCE_SEEK_WRITE:
        return seek(data, size);
      case ZIP_SOURCE_TELL_WRITE:
        return static_cast<zip_int64_t>(place_);
      case ZIP_SOURCE_BEGIN_WRITE:
      case ZIP_SOURCE_COMMIT_WRITE:  // the caller commits
      case ZIP_SOURCE_ROLLBACK_WRITE:
      case ZIP_SOURCE_REMOVE:
      case ZIP_SOURCE_FREE:
        return 0;
      default:
        zip_error_set(&error_, ZIP_ER_OPNOTSUPP, 0);
        return -1;
    }
  }

  zip_int64_t write(const void* bytes, zip_uint64_t size) {
    try {
      file_.write(place_, bytes, size);
    } catch (...) {
      exception_ = std::current_exception();
      zip_error_set(&error_, ZIP_ER_WRITE, 0);
      return -1;
    }
    place_ += size;
    end_ = std::max(end_, place_);
    return static_cast<zip_int64_t>(size);
  }

  zip_int64_t seek(void* data, zip_uint64_t size) {
    const zip_int64_t place = zip_source_seek_compute_offset(place_, end_, data, size, &error_);
    if (place < 0) return -1;
    place_ = static_cast<zip_uint64_t>(place);
    return 0;
  }

  output_file& file_;
  zip_uint64_t place_ = 0, end_ = 0;
  std::exception_ptr exception_;
  zip_error_t error_;
};

using archive_handle = std::unique_ptr<zip_t, void (*)(zip_t*)>;

[[noreturn]] void fail(const std::string& path, zip_error_t* error) {
  check_zip_memory(error);
  bad_output(path + ": cannot write: " + zip_error_strerror(error));
}

/// Adds a member of a header and elements, which must outlive the archive.
bool add_member(zip_t* archive, const std::string& name, std::string& header, const array& values) {
  zip_buffer_fragment_t parts[] = {
      {reinterpret_cast<zip_uint8_t*>(header.data()), header.size()},
      {reinterpret_cast<zip_uint8_t*>(const_cast<std::byte*>(values.bytes.data())),
       values.bytes.size()}};
  zip_source_t* source = zip_source_buffer_fragment(archive, parts, 2, 0);
  if (source == nullptr) return false;
  const zip_int64_t index =
      zip_file_add(archive, (name + ".npy").c_str(), source, ZIP_FL_ENC_UTF_8);
  if (index < 0) {
    zip_source_free(source);
    return false;
  }
  const auto member = static_cast<zip_uint64_t>(index);
  // 1980-01-01: the oldest date that zip can say, so that equal arrays give equal files.
  return zip_set_file_compression(archive, member, ZIP_CM_DEFLATE, 6) == 0 &&
         zip_file_set_dostime(archive, member, 0, (1 << 5) | 1, 0) == 0;
}

void report_progress(zip_t*, double part, void* hook) {
  try {
    (*static_cast<const progress_hook*>(hook))(part);
  } catch (...) {  // NOLINT: a bar that cannot be drawn spoils no file
  }
}

archive_handle open_archive(const std::string& path, zip_sink& sink) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_function_create(zip_sink::call, &sink, &error);
  if (source == nullptr) fail(path, &error);
  archive_handle archive(zip_open_from_source(source, ZIP_CREATE | ZIP_TRUNCATE, &error),
                         zip_discard);
  if (archive == nullptr) {
    zip_source_free(source);
    fail(path, &error);
  }
  return archive;
}

}  // namespace

void write_npz(const std::string& path, const std::vector<named_array>& arrays,
               const progress_hook& progress) {
  output_file file(path);
  zip_sink sink(file);
  std::vector<std::string> headers;
  headers.reserve(arrays.size());  // libzip keeps pointers to them until it closes
  for (const auto& [name, values] : arrays) headers.push_back(npy_header(*values));

  archive_handle archive = open_archive(path, sink);
  const auto check = [&](bool good) {
    if (good) return;
    sink.rethrow();
    fail(path, zip_get_error(archive.get()));
  };
  for (std::size_t i = 0; i < arrays.size(); ++i) {
    check(add_member(archive.get(), arrays[i].name, headers[i], *arrays[i].values));
  }
  if (progress) {
    zip_register_progress_callback_with_state(archive.get(), 0.01, report_progress, nullptr,
                                              const_cast<progress_hook*>(&progress));
  }
  check(zip_close(archive.get()) == 0);
  archive.release();  // NOLINT: zip_close has freed it
  file.commit();
}

}  // namespace robocache::cli
