/// \file
/// The names in a zip file, for errors that libzip does not explain.
#pragma once

#include <string>

namespace robocache::cli {

/// The first member's name that claims to be UTF-8 and is not, or has control characters, which
/// libzip takes for the same; empty where there is none.
std::string refused_zip_name(const std::string& path);

}  // namespace robocache::cli
