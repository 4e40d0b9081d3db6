#include "named_files.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <optional>
#include <tuple>

#include "files/failure.hpp"
#include "files/output.hpp"

namespace robocache::cli {
namespace {

/// What tells files apart: device and inode, or those of the directory and a name in it for a file
/// that is yet to be made.
using identity = std::tuple<dev_t, ino_t, std::string>;

std::optional<identity> identity_of(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0) return identity{status.st_dev, status.st_ino, ""};
  const std::size_t slash = path.find_last_of('/');
  const std::string directory = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  if (::stat(directory.c_str(), &status) != 0) return std::nullopt;
  const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
  return identity{status.st_dev, status.st_ino, name};
}

/// Of stdout where it goes into a file, which a rename would take from it.
std::optional<identity> standard_output() {
  struct stat status {};
  if (::fstat(STDOUT_FILENO, &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  return identity{status.st_dev, status.st_ino, ""};
}

void refuse_same(const named_file& output, const named_file& other) {
  const std::optional<identity> own = identity_of(output.path);
  if (other.path.empty() || !own.has_value() || own != identity_of(other.path)) return;
  bad_usage(output.option + ": expected another file than that of " + other.option + ", got '" +
            output.path + "'" +
            (output.path == other.path ? "" : ", which is the same as '" + other.path + "'"));
}

std::vector<std::string> endings_of(const named_file& output) {
  if (!output.endings.empty()) return output.endings;
  return {output.option == "--plot" ? ".svg" : ".npz"};
}

/// Who asks for x.csv would not look for an archive of arrays in it.
void check_ending(const named_file& output) {
  const std::string ending = std::filesystem::path(output.path).extension();
  std::string list;
  for (const std::string& known : endings_of(output)) {
    if (ending == known) return;
    list += (list.empty() ? "" : " or ") + known;
  }
  bad_usage(output.option + ": expected a name that ends with " + list + ", got '" + output.path +
            "'");
}

}  // namespace

void check_files(const std::vector<named_file>& inputs, const std::vector<named_file>& outputs) {
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const named_file& output = outputs[i];
    if (output.path.empty()) continue;
    check_output(output.path);
    for (const named_file& input : inputs) refuse_same(output, input);
    for (std::size_t k = 0; k < i; ++k) refuse_same(output, outputs[k]);
    const std::optional<identity> own = identity_of(output.path);
    if (own.has_value() && own == standard_output()) {
      bad_usage(output.option + ": expected another file than standard output, got '" +
                output.path + "'");
    }
    check_ending(output);
  }
}

}  // namespace robocache::cli
