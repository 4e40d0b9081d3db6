/// \file
/// Robots from URDF files: the component `RoboCache::urdf`, to which this is the door.
#pragma once

#include <robocache/kinematics/robot.hpp>

ROBOCACHE_BEGIN_NAMESPACE

/// A file that holds no robot. The text names the file, the line and the element where they are
/// known, and what was expected: `arm.urdf:12: <joint name="a">: the axis must not be zero`.
class ROBOCACHE_EXPORT urdf_error : public std::runtime_error {
 public:
  urdf_error(int line, const std::string& what) : std::runtime_error(what), line_(line) {}
  /// Counted from 1; 0 where no line is to blame.
  [[nodiscard]] int line() const noexcept { return line_; }

 private:
  int line_;
};

/// Reads links and joints: origins, axes, limits, mimics; what else a file holds is passed over.
/// Numbers have a decimal point in every locale. Throws `urdf_error`: for a file that cannot be
/// read, XML that is cut off or not well formed, a xacro file, what is missing or is no number, and
/// all that the constructor of `robot` refuses.
ROBOCACHE_EXPORT robot read_urdf(const std::string& path);

/// The same of text; `name` stands for the file in errors.
ROBOCACHE_EXPORT robot parse_urdf(const std::string& text, const std::string& name = "urdf");

ROBOCACHE_END_NAMESPACE
