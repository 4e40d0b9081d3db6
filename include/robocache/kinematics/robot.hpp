/// \file
/// `robot`: a tree of links and joints, as files and tables describe it.
#pragma once

#include <limits>
#include <robocache/core/geometry.hpp>
#include <robocache/detail/kinematics/tree_check.hpp>
#include <utility>

ROBOCACHE_BEGIN_NAMESPACE

/// A robot: links that joints hang on one another, below one root. Made and kept on the host;
/// `chain` and `tree` are the plain data that operations take.
class robot {
 public:
  /// Joints may stand in any order; their axes are brought to unit length. Throws
  /// `invalid_argument` naming the joint or link for: an empty or repeated name, an unknown link, a
  /// link below two joints, two roots, a cycle, a zero axis, an origin that is no rigid motion,
  /// limits upside down, and a joint that mimics an unknown, a fixed or floating one or, over
  /// whatever others, itself.
  robot(std::string name, std::vector<std::string> links, std::vector<joint> joints)
      : name_(std::move(name)), links_(std::move(links)), joints_(std::move(joints)) {
    const auto complain = [](const detail::place& at, const std::string& message) {
      const std::string element = at.is_joint ? "joint \"" : "link \"";
      detail::fail("robot", (at.name.empty() ? "" : element + at.name + "\": ") + message);
    };
    order_ = detail::arrange(links_, joints_, complain);
  }

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::vector<std::string>& links() const { return links_; }
  [[nodiscard]] const std::vector<joint>& joints() const { return joints_; }
  /// The link that hangs on no joint.
  [[nodiscard]] const std::string& root() const {
    return links_[static_cast<std::size_t>(order_.root)];
  }
  /// The joints such that each comes after those it hangs on, branch by branch.
  [[nodiscard]] const std::vector<int>& descending() const { return order_.joints; }

  /// The number of a link or joint. Throws `invalid_argument` where there is none of that name.
  [[nodiscard]] int find_link(const std::string& wanted) const {
    const int found = detail::index_of(links_, wanted);
    if (found < 0)
      detail::fail("robot", "there is no link \"" + wanted + "\" in \"" + name_ + "\"");
    return found;
  }
  [[nodiscard]] int find_joint(const std::string& wanted) const {
    for (std::size_t j = 0; j < joints_.size(); ++j) {
      if (joints_[j].name == wanted) return static_cast<int>(j);
    }
    detail::fail("robot", "there is no joint \"" + wanted + "\" in \"" + name_ + "\"");
  }

  /// The joint that a link hangs on; -1 for the root.
  [[nodiscard]] int joint_above(int link) const {
    return order_.above[static_cast<std::size_t>(link)];
  }
  /// The link that a joint hangs on.
  [[nodiscard]] int link_above(int j) const { return order_.parents[static_cast<std::size_t>(j)]; }
  /// What moves a joint: itself, or over any number of mimics another.
  [[nodiscard]] const detail::drive& drive_of(int j) const {
    return order_.drives[static_cast<std::size_t>(j)];
  }

 private:
  std::string name_;
  std::vector<std::string> links_;
  std::vector<joint> joints_;
  detail::tree_order order_;
};

ROBOCACHE_END_NAMESPACE
