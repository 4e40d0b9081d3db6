// Whether links and joints make a tree, and in which order.
#pragma once

#include <robocache/core/error.hpp>
#include <robocache/kinematics/joint.hpp>
#include <vector>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// What a complaint is about: a link, a joint, or with no name the whole.
struct place {
  std::string name;
  bool is_joint = true;
};

/// The joint whose position moves another one: position = multiplier * its + offset.
struct drive {
  int joint = -1;
  double multiplier = 1.0, offset = 0.0;
};

struct tree_order {
  int root = -1;
  std::vector<int> above;    // of each link: the joint it hangs on, or -1
  std::vector<int> parents;  // of each joint: the link it hangs on
  std::vector<int> joints;   // each after those it hangs on
  std::vector<drive> drives;
};

inline int index_of(const std::vector<std::string>& names, const std::string& name) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return static_cast<int>(i);
  }
  return -1;
}

/// `complain(place, message)` throws. One robot's check, in the order of what depends on what.
template <class Complain>
class tree_check {
 public:
  tree_check(const std::vector<std::string>& links, std::vector<joint>& joints,
             const Complain& complain)
      : links_(links), joints_(joints), complain_(complain) {}

  tree_order run() {
    check_names();
    for (joint& j : joints_) check_numbers(j);
    hang();
    find_root();
    descend(order_.root);
    if (order_.joints.size() < joints_.size()) complain_cycle();
    for (std::size_t j = 0; j < joints_.size(); ++j) order_.drives.push_back(find_drive(j));
    return order_;
  }

 private:
  void check_names() const {
    if (links_.empty()) complain_(place{}, "must have a link");
    for (std::size_t i = 0; i < links_.size(); ++i) {
      check_name(place{links_[i], false}, index_of(links_, links_[i]) != static_cast<int>(i));
    }
    for (std::size_t j = 0; j < joints_.size(); ++j) {
      check_name(place{joints_[j].name}, find_joint(joints_[j].name) != static_cast<int>(j));
    }
  }
  void check_name(const place& at, bool is_repeated) const {
    if (at.name.empty())
      complain_(at, std::string(at.is_joint ? "a joint" : "a link") + " must have a name");
    if (is_repeated) complain_(at, "the name stands twice");
  }

  void check_numbers(joint& j) const {
    const place at{j.name};
    if (!(j.origin.distance_from_rigid() <= 1e-6))
      complain_(at, "the origin must be a rotation and a finite position");
    if (!is_moving(j.kind)) return;
    const vec3 a = j.axis;
    if (!is_finite(dot(a, a))) complain_(at, "the axis must be finite");
    const double inverse = inverse_length(a);
    if (inverse == 0.0) complain_(at, "the axis must not be zero");
    j.axis = {a.x * inverse, a.y * inverse, a.z * inverse};
    if (!(j.lower <= j.upper)) {
      complain_(at, "the lower limit must not be above the upper one (got " +
                        std::to_string(j.lower) + " and " + std::to_string(j.upper) + ")");
    }
    if (!is_finite(j.multiplier) || !is_finite(j.offset)) {
      complain_(at, "the multiplier and offset of a mimic must be finite");
    }
  }

  /// Finds the links of joints.
  void hang() {
    order_.above.assign(links_.size(), -1);
    for (std::size_t i = 0; i < joints_.size(); ++i) {
      const joint& j = joints_[i];
      const int parent = index_of(links_, j.parent), child = index_of(links_, j.child);
      if (parent < 0)
        complain_(place{j.name}, "its parent is no link of the robot (got \"" + j.parent + "\")");
      if (child < 0)
        complain_(place{j.name}, "its child is no link of the robot (got \"" + j.child + "\")");
      int& above = order_.above[static_cast<std::size_t>(child)];
      if (above >= 0) {
        complain_(place{j.child, false},
                  "hangs on two joints: \"" + joint_at(above).name + "\" and \"" + j.name + "\"");
      }
      above = static_cast<int>(i);
      order_.parents.push_back(parent);
    }
  }

  void find_root() {
    for (std::size_t i = 0; i < links_.size(); ++i) {
      if (order_.above[i] >= 0) continue;
      if (order_.root >= 0) {
        complain_(place{links_[i], false}, "two roots: \"" +
                                               links_[static_cast<std::size_t>(order_.root)] +
                                               "\" and this link hang on no joint");
      }
      order_.root = static_cast<int>(i);
    }
    if (order_.root < 0) complain_cycle();
  }

  void descend(int root) {
    std::vector<int> open = {root};
    while (!open.empty()) {
      const int link = open.back();
      open.pop_back();
      const int above = order_.above[static_cast<std::size_t>(link)];
      if (above >= 0) order_.joints.push_back(above);
      for (std::size_t j = joints_.size(); j-- > 0;) {
        if (order_.parents[j] == link) open.push_back(index_of(links_, joints_[j].child));
      }
    }
  }

  /// From any link that the root does not reach, as many steps up as there are joints end in it.
  void complain_cycle() const {
    std::vector<bool> reached(joints_.size(), false);
    for (const int j : order_.joints) reached[static_cast<std::size_t>(j)] = true;
    int at = 0;
    while (reached[static_cast<std::size_t>(at)]) ++at;
    for (std::size_t n = 0; n < joints_.size(); ++n) at = above(at);
    std::string path = "\"" + joint_at(at).name + "\"";
    for (int next = above(at); next != at; next = above(next))
      path += ", \"" + joint_at(next).name + "\"";
    complain_(place{joint_at(at).name}, "joints go round in a cycle: " + path);
  }
  int above(int j) const {
    return order_.above[static_cast<std::size_t>(order_.parents[static_cast<std::size_t>(j)])];
  }

  drive find_drive(std::size_t j) const {
    drive found{static_cast<int>(j)};
    if (!is_moving(joints_[j].kind)) return found;
    for (std::size_t n = 0; !joint_at(found.joint).mimics.empty(); ++n) {
      const joint& follower = joint_at(found.joint);
      const int leader = find_joint(follower.mimics);
      if (leader < 0)
        complain_(place{follower.name},
                  "mimics a joint that is not there (got \"" + follower.mimics + "\")");
      if (n == joints_.size() || leader == static_cast<int>(j)) {
        complain_(place{joints_[j].name}, "mimics itself");
      }
      if (!is_moving(joint_at(leader).kind)) {
        complain_(place{follower.name},
                  "mimics a joint without a position (got \"" + follower.mimics + "\")");
      }
      found.offset = robocache::fma(found.multiplier, follower.offset, found.offset);
      found.multiplier *= follower.multiplier;
      found.joint = leader;
    }
    return found;
  }

  int find_joint(const std::string& name) const {
    for (std::size_t j = 0; j < joints_.size(); ++j) {
      if (joints_[j].name == name) return static_cast<int>(j);
    }
    return -1;
  }
  const joint& joint_at(int j) const { return joints_[static_cast<std::size_t>(j)]; }

  const std::vector<std::string>& links_;
  std::vector<joint>& joints_;
  const Complain& complain_;
  tree_order order_;
};

/// Checks them, brings axes to unit length, and orders them.
template <class Complain>
tree_order arrange(const std::vector<std::string>& links, std::vector<joint>& joints,
                   const Complain& complain) {
  return tree_check<Complain>(links, joints, complain).run();
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
