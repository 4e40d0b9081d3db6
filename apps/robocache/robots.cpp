#include "robots.hpp"

#include <algorithm>
#include <robocache/kinematics/urdf.hpp>

#include "files/failure.hpp"
#include "files/npz.hpp"
#include "terminal.hpp"

namespace robocache::cli {
namespace {

std::string list_text(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t to = std::min(text.find(',', from), text.size());
    parts.push_back(text.substr(from, to - from));
    from = to + 1;
  }
  return parts;
}

void check_link(const robot& of, const std::string& link, const std::string& option) {
  const auto& links = of.links();
  if (std::find(links.begin(), links.end(), link) != links.end()) return;
  bad_usage(option + ": there is no link '" + link + "'; there are " + list_text(links));
}

/// Where the name of an array begins in FILE.npz:ARRAY.
std::size_t colon_of(const std::string& spec) {
  const std::size_t colon = spec.rfind(".npz:");
  return colon == std::string::npos ? std::string::npos : colon + 4;
}

}  // namespace

robot read_robot(const std::string& path) {
  try {
    return read_urdf(path);
  } catch (const urdf_error& error) {
    bad_input(error.what());
  }
}

named_chain read_chain(const robot_choice& choice) {
  const robot of = read_robot(choice.path);
  const std::string base = choice.base.empty() ? of.root() : choice.base;
  check_link(of, base, "--base");
  check_link(of, choice.link, "--link");
  named_chain made{make_chain<double>(of, base, choice.link), {}};
  for (const int j : columns_of(of, base, {choice.link})) {
    made.joints.push_back(of.joints()[static_cast<std::size_t>(j)].name);
  }
  if (made.joints.empty()) bad_usage("--link: no joint moves '" + choice.link + "'");
  return made;
}

std::string file_of_rows(const std::string& spec) { return spec.substr(0, colon_of(spec)); }

named_rows read_rows(const std::string& spec, const std::string& option) {
  const std::size_t colon = colon_of(spec);
  const std::string path = file_of_rows(spec);
  const bool is_npy = path.size() > 4 && path.compare(path.size() - 4, 4, ".npy") == 0;
  if (colon == std::string::npos && !is_npy) {
    bad_usage(option + ": expected FILE.npz:ARRAY or FILE.npy, got '" + spec + "'");
  }
  const std::string name = colon == std::string::npos ? "" : spec.substr(colon + 1);
  progress_bar bar("reading " + path);
  named_rows rows{path + (name.empty() ? "" : ": array '" + name + "'"), {}};
  const array values = array_file(path).read(name, bar.hook());
  if (!is_float(values.type)) {
    bad_input(rows.name + ": expected float16, float32 or float64, got " + type_text(values));
  }
  rows.values = converted(values, element::f64);
  return rows;
}

array bound_columns(const named_rows& rows, const std::string& names, const named_chain& to) {
  const auto& shape = rows.values.shape;
  const std::vector<std::string> given = names.empty() ? to.joints : split(names);
  const auto width = static_cast<std::int64_t>(given.size());
  if (shape.size() != 2 || shape[1] != width) {
    bad_input(rows.name + ": expected shape (N, " + std::to_string(width) + "), " +
              (names.empty() ? "the joints " + list_text(to.joints) : "as --names says") +
              ", got " + shape_text(shape));
  }
  array bound = make_array(element::f64, {shape[0], to.columns()});
  for (std::size_t c = 0; c < to.joints.size(); ++c) {
    const auto at = std::find(given.begin(), given.end(), to.joints[c]);
    if (at == given.end()) bad_usage("--names: joint '" + to.joints[c] + "' is missing");
    const auto from = at - given.begin();
    for (std::int64_t n = 0; n < shape[0]; ++n) {
      bound.as<double>()[n * to.columns() + static_cast<std::int64_t>(c)] =
          rows.values.as<double>()[n * width + from];
    }
  }
  return bound;
}

std::string order_text(const named_chain& of) {
  std::string text;
  for (std::size_t c = 0; c < of.joints.size(); ++c) {
    text += (c == 0 ? "" : ", ") + std::to_string(c) + " " + printable(of.joints[c]);
  }
  return text;
}

}  // namespace robocache::cli
