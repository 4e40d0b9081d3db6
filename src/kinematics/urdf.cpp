#include <tinyxml2.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <robocache/kinematics/urdf.hpp>
#include <sstream>

ROBOCACHE_BEGIN_NAMESPACE
namespace {

using tinyxml2::XMLElement;

/// "<joint name="a">"
std::string text_of(const XMLElement& element) {
  const char* const name = element.Attribute("name");
  std::string text = std::string("<") + element.Name();
  if (name != nullptr) text += std::string(" name=\"") + name + "\"";
  return text + ">";
}

class urdf_reader {
 public:
  explicit urdf_reader(std::string file) : file_(std::move(file)) {}

  robot read(const std::string& text) {
    tinyxml2::XMLDocument document;
    document.Parse(text.data(), text.size());
    if (document.ErrorID() == tinyxml2::XML_ERROR_EMPTY_DOCUMENT) stop(0, "the file is empty");
    if (document.Error()) {
      stop(document.ErrorLineNum(),
           std::string("the XML is cut off or not well formed (") + document.ErrorName() + ")");
    }
    const XMLElement* const root = document.RootElement();
    if (root == nullptr || std::strcmp(root->Name(), "robot") != 0) {
      stop(root == nullptr ? 0 : root->GetLineNum(),
           "expected <robot>, got " + (root == nullptr ? "no element" : text_of(*root)));
    }
    refuse_xacro(*root);
    for (const XMLElement* e = root->FirstChildElement(); e != nullptr;
         e = e->NextSiblingElement()) {
      if (std::strcmp(e->Name(), "link") == 0) read_link(*e);
      if (std::strcmp(e->Name(), "joint") == 0) read_joint(*e);
    }
    check_tree();
    const char* const name = root->Attribute("name");
    return {name != nullptr ? name : "", std::move(links_), std::move(joints_)};
  }

  [[noreturn]] void stop(int line, const std::string& message) const {
    throw urdf_error(line, file_ + (line > 0 ? ":" + std::to_string(line) : "") + ": " + message);
  }

 private:
  [[noreturn]] void stop(const XMLElement& at, const std::string& message) const {
    stop(at.GetLineNum(), text_of(at) + ": " + message);
  }
  /// A fault of an element within another one, such as the origin of a joint.
  [[noreturn]] void stop(const XMLElement& at, const XMLElement& within,
                         const std::string& message) const {
    stop(within.GetLineNum(), text_of(at) + " <" + within.Name() + ">: " + message);
  }

  void refuse_xacro(const XMLElement& element) const {
    const auto refuse = [&](int line) {
      stop(line, text_of(element) +
                     ": this is a xacro file; make a URDF of it first: xacro FILE > robot.urdf");
    };
    if (std::strncmp(element.Name(), "xacro:", 6) == 0) refuse(element.GetLineNum());
    for (const auto* a = element.FirstAttribute(); a != nullptr; a = a->Next()) {
      if (std::strstr(a->Value(), "${") != nullptr) refuse(a->GetLineNum());
    }
    for (const XMLElement* e = element.FirstChildElement(); e != nullptr;
         e = e->NextSiblingElement()) {
      refuse_xacro(*e);
    }
  }

  const char* required(const XMLElement& at, const XMLElement& within,
                       const char* attribute) const {
    const char* const value = within.Attribute(attribute);
    if (value == nullptr) stop(at, within, std::string("expected the attribute ") + attribute);
    return value;
  }
  const XMLElement& required(const XMLElement& at, const char* child) const {
    const XMLElement* const found = at.FirstChildElement(child);
    if (found == nullptr) stop(at, std::string("expected a <") + child + ">");
    return *found;
  }

  void read_link(const XMLElement& e) {
    if (e.Attribute("name") == nullptr) stop(e, "expected the attribute name");
    links_.emplace_back(e.Attribute("name"));
    link_lines_.push_back(e.GetLineNum());
  }

  void read_joint(const XMLElement& e) {
    if (e.Attribute("name") == nullptr) stop(e, "expected the attribute name");
    joint j;
    j.name = e.Attribute("name");
    j.kind = read_kind(e);
    j.parent = required(e, required(e, "parent"), "link");
    j.child = required(e, required(e, "child"), "link");
    if (const XMLElement* const origin = e.FirstChildElement("origin")) {
      vec3 xyz{0, 0, 0}, rpy{0, 0, 0};
      read_vector(e, *origin, "xyz", xyz);
      read_vector(e, *origin, "rpy", rpy);
      j.origin = pose_from_rpy(xyz, rpy);
    }
    if (const XMLElement* const axis = e.FirstChildElement("axis")) {
      read_vector(e, *axis, "xyz", j.axis);
    }
    read_limits(e, j);
    if (const XMLElement* const mimic = e.FirstChildElement("mimic")) {
      j.mimics = required(e, *mimic, "joint");
      read_number(e, *mimic, "multiplier", j.multiplier);
      read_number(e, *mimic, "offset", j.offset);
    }
    joints_.push_back(std::move(j));
    joint_lines_.push_back(e.GetLineNum());
  }

  joint_kind read_kind(const XMLElement& e) const {
    constexpr const char* names[] = {"fixed",     "revolute", "continuous",
                                     "prismatic", "floating", "planar"};
    const char* const type = e.Attribute("type");
    if (type == nullptr) stop(e, "expected the attribute type");
    for (int k = 0; k < 6; ++k) {
      if (std::strcmp(type, names[k]) == 0) return static_cast<joint_kind>(k);
    }
    stop(e, std::string("the type is none of URDF's (got \"") + type + "\")");
  }

  /// URDF wants limits of joints that have ends; what they do not say is 0.
  void read_limits(const XMLElement& e, joint& j) const {
    const bool has_ends = j.kind == joint_kind::revolute || j.kind == joint_kind::prismatic;
    const XMLElement* const limit = e.FirstChildElement("limit");
    if (limit == nullptr) {
      if (has_ends) stop(e, std::string("a ") + e.Attribute("type") + " joint must have a <limit>");
      return;
    }
    if (has_ends) {
      j.lower = j.upper = 0;
      read_number(e, *limit, "lower", j.lower);
      read_number(e, *limit, "upper", j.upper);
    }
    read_number(e, *limit, "velocity", j.velocity);
  }

  void read_number(const XMLElement& at, const XMLElement& within, const char* attribute,
                   double& value) const {
    if (within.Attribute(attribute) != nullptr) read_numbers(at, within, attribute, &value, 1);
  }
  void read_vector(const XMLElement& at, const XMLElement& within, const char* attribute,
                   vec3& value) const {
    if (within.Attribute(attribute) == nullptr) return;
    double numbers[3];
    read_numbers(at, within, attribute, numbers, 3);
    value = {numbers[0], numbers[1], numbers[2]};
  }

  /// Exactly `count` of them, apart by white space.
  void read_numbers(const XMLElement& at, const XMLElement& within, const char* attribute,
                    double* values, int count) const {
    const std::string text = within.Attribute(attribute);
    const char* from = text.data();
    const char* const end = from + text.size();
    const auto skip = [&] {
      while (from != end && std::strchr(" \t\r\n", *from) != nullptr) ++from;
    };
    for (int i = 0; i < count; ++i) {
      skip();
      if (end - from > 1 && *from == '+' && from[1] != '-') ++from;
      const auto [after, error] = std::from_chars(from, end, values[i]);
      const bool ends = after == end || std::strchr(" \t\r\n", *after) != nullptr;
      if (error != std::errc() || !ends || !is_finite(values[i])) {
        refuse_numbers(at, within, attribute, count, text);
      }
      from = after;
    }
    skip();
    if (from != end) refuse_numbers(at, within, attribute, count, text);
  }
  [[noreturn]] void refuse_numbers(const XMLElement& at, const XMLElement& within,
                                   const char* attribute, int count,
                                   const std::string& text) const {
    const bool has_comma = text.find(',') != std::string::npos;
    stop(at, within,
         std::string(attribute) + " must be " + (count == 1 ? "a number" : "3 numbers") +
             (has_comma ? " with a decimal point, no comma" : "") + " (got \"" + text + "\")");
  }

  /// Of what shares a name the last is at fault.
  void check_tree() {
    const auto complain = [this](const detail::place& at, const std::string& message) {
      int line = 0;
      for (std::size_t i = 0; !at.is_joint && i < links_.size(); ++i) {
        if (links_[i] == at.name) line = link_lines_[i];
      }
      for (std::size_t i = 0; at.is_joint && i < joints_.size(); ++i) {
        if (joints_[i].name == at.name) line = joint_lines_[i];
      }
      if (line == 0) stop(0, "<robot>: " + message);
      stop(line, std::string(at.is_joint ? "<joint" : "<link") + " name=\"" + at.name +
                     "\">: " + message);
    };
    static_cast<void>(detail::arrange(links_, joints_, complain));
  }

  std::string file_;
  std::vector<std::string> links_;
  std::vector<int> link_lines_, joint_lines_;
  std::vector<joint> joints_;
};

}  // namespace

robot parse_urdf(const std::string& text, const std::string& name) {
  return urdf_reader(name).read(text);
}

robot read_urdf(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (file) text << file.rdbuf();
  if (!file || file.bad() || errno == EISDIR) {
    urdf_reader(path).stop(0, std::string("cannot be read: ") + std::strerror(errno));
  }
  return parse_urdf(text.str(), path);
}

ROBOCACHE_END_NAMESPACE
