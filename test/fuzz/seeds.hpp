/// \file
/// Small files, most of them good, that mutations begin with.
#pragma once

#include <string>
#include <vector>

namespace test {

/// Of the reader npy, npz, ply or points.
std::vector<std::string> seeds_of(const std::string& reader);

}  // namespace test
