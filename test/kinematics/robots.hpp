// Real robots, from ROBOCACHE_TEST_DATA.
#pragma once

#include <fstream>
#include <optional>
#include <robocache/kinematics/urdf.hpp>

#include "support/skip.hpp"

namespace test {

/// Nothing, said aloud, where the file is absent.
inline std::optional<robocache::robot> real_robot(const std::string& file) {
  const char* const data = std::getenv("ROBOCACHE_TEST_DATA");
  const std::string path =
      (data != nullptr ? std::string(data)
                       : std::string(ROBOCACHE_SOURCE_DIR) + "/../shared/data") +
      "/" + file;
  if (!std::ifstream(path) && skip_loudly("there is no " + path)) return std::nullopt;
  return robocache::read_urdf(path);
}

}  // namespace test
