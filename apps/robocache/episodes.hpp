/// \file
/// Recordings of several episodes, one behind the other.
#pragma once

#include "stream.hpp"

namespace robocache::cli {

/// The episodes of `whole`, whose ends, in samples, are the array `ends` of the file: ascending,
/// the last one being all of them. Without a name, `whole` alone.
std::vector<stream> episodes_of(stream whole, const array_file& file, const std::string& ends);

/// Arrays of one type and of rows of one shape, one behind the other.
array joined(const std::vector<const array*>& parts);

/// Where each of the parts ends in what is joined of them.
array ends_of(const std::vector<const array*>& parts);

}  // namespace robocache::cli
