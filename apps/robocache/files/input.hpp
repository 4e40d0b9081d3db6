/// \file
/// Whole files as bytes.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "files/progress.hpp"

namespace robocache::cli {

std::vector<std::byte> read_file(const std::string& path, const progress_hook& progress = {});

/// The first `count` bytes, or all of a shorter file.
std::string first_bytes(const std::string& path, std::size_t count);

}  // namespace robocache::cli
