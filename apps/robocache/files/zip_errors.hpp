/// \file
/// What errors of libzip mean.
#pragma once

#include <zip.h>
#include <zlib.h>

#include <new>

namespace robocache::cli {

/// Throws `std::bad_alloc` where an error says that libzip, or zlib below it, ran out of memory.
inline void check_zip_memory(zip_error_t* error) {
  const int code = zip_error_code_zip(error);
  const bool is_zlib = code == ZIP_ER_ZLIB && zip_error_code_system(error) == Z_MEM_ERROR;
  if (code == ZIP_ER_MEMORY || is_zlib) throw std::bad_alloc();
}

}  // namespace robocache::cli
