/// \file
/// Robots as the command line names them, and rows of their joints in files.
#pragma once

#include <optional>
#include <robocache/kinematics/tree.hpp>
#include <string>
#include <vector>

#include "files/array.hpp"

namespace robocache::cli {

/// A robot's file, and the way through it.
struct robot_choice {
  std::string path;
  std::string base;  // empty: the root
  std::string link;
};

/// A chain and the names of its columns.
struct named_chain {
  chain<double> model;
  std::vector<std::string> joints;

  [[nodiscard]] std::int64_t columns() const { return model.columns(); }
};

/// Reads a robot; a file that holds none is an input failure.
robot read_robot(const std::string& path);
/// The way that was chosen; a link that is not there is a usage failure with those that are.
named_chain read_chain(const robot_choice& choice);

/// An array of a file as the command line names it, FILE.npz:ARRAY or FILE.npy, as float64.
struct named_rows {
  std::string name;  // for messages
  array values;
};
named_rows read_rows(const std::string& spec, const std::string& option);
/// The file of such a name.
std::string file_of_rows(const std::string& spec);

/// Columns of `rows` (N, C) as those of the chain: by `names`, what the columns are called, or,
/// where that is empty, in the chain's order.
array bound_columns(const named_rows& rows, const std::string& names, const named_chain& to);

/// "1 panda_joint1, 2 panda_joint2 ..."
std::string order_text(const named_chain& of);

}  // namespace robocache::cli
