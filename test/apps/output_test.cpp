#include "files/output.hpp"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include "files/failure.hpp"
#include "files/npz.hpp"
#include "numpy_bytes.hpp"
#include "support/catch.hpp"

namespace {

using namespace robocache::cli;
using robocache::element;
using test::read_bytes;
using test::temporary_directory;
using test::write_bytes;
using strings = std::vector<std::string>;

/// All ways to write a file, by name and contents that differ.
template <class F>
void for_each_writer(const F& f) {
  f("text", [](const std::string& path) { write_file(path, std::string(5000, 'x')); });
  f("npz", [](const std::string& path) {
    array values = make_array(element::u8, {5000});
    for (std::size_t i = 0; i < 5000; ++i) values.bytes[i] = static_cast<std::byte>(i * i >> 3);
    write_npz(path, {{"a", &values}});
  });
}

/// Keeps files of this process below a size while it lives.
class size_limit {
 public:
  explicit size_limit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~size_limit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  size_limit(const size_limit&) = delete;
  size_limit& operator=(const size_limit&) = delete;

 private:
  void (*handler_)(int);
  rlimit before_{};
};

}  // namespace

TEST_CASE("output: links that lie in wait are not followed") {
  const temporary_directory here;
  for_each_writer([&](const std::string& name, const auto& write) {
    INFO(name);
    const std::string victim = here / "victim", target = here / name;
    write_bytes(victim, "precious");
    const std::string guess = target + ".tmp-" + std::to_string(getpid());
    REQUIRE(symlink(victim.c_str(), guess.c_str()) == 0);
    write(target);
    CHECK(read_bytes(victim) == "precious");
    CHECK(std::filesystem::is_symlink(guess));
    // A link in the place of the target is replaced, not what it points to.
    const std::string link = here / (name + "-link");
    REQUIRE(symlink(victim.c_str(), link.c_str()) == 0);
    write(link);
    CHECK(read_bytes(victim) == "precious");
    CHECK(read_bytes(link) == read_bytes(target));
  });
}

TEST_CASE("output: anything but a regular file is refused and stays") {
  const temporary_directory here;
  REQUIRE(mkfifo((here / "pipe").c_str(), 0600) == 0);
  REQUIRE(symlink("/dev/null", (here / "null").c_str()) == 0);
  std::filesystem::create_directory(here / "directory");
  for_each_writer([&](const std::string& name, const auto& write) {
    INFO(name);
    for (const auto& [path, kind] :
         {std::pair{here / "pipe", "got a pipe"}, std::pair{here / "null", "got a device"},
          std::pair{here / "directory", "got a directory"},
          std::pair{std::string("/dev/null"), "got a device"}}) {
      INFO(path);
      try {
        write(path);
        FAIL("it was written");
      } catch (const output_failure& error) {
        CHECK(error.what() ==
              path + ": cannot write: expected a regular file or a new one, " + kind);
      }
    }
    CHECK(std::filesystem::is_fifo(here / "pipe"));
    CHECK(std::filesystem::is_symlink(here / "null"));
    CHECK(std::filesystem::is_character_file("/dev/null"));
  });
  CHECK(here.files().size() == 3);
}

TEST_CASE("output: the umask says who may read it, whatever was there") {
  const temporary_directory here;
  const mode_t before = umask(027);
  for_each_writer([&](const std::string& name, const auto& write) {
    INFO(name);
    write(here / name);
    struct stat status {};
    REQUIRE(stat((here / name).c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0640);
  });
  umask(before);
}

TEST_CASE("output: a write that fails leaves what was there, and nothing beside it") {
  const temporary_directory here;
  for_each_writer([&](const std::string& name, const auto& write) {
    INFO(name);
    write_bytes(here / name, "precious");
    std::string message;
    {
      const size_limit limit(1000);
      try {
        write(here / name);
      } catch (const output_failure& error) {
        message = error.what();
      }
    }
    CHECK(message == here / name + ": cannot write: File too large");
    CHECK(read_bytes(here / name) == "precious");
  });
  CHECK(here.files().size() == 2);
}

TEST_CASE("output: names as long as the system takes them") {
  const temporary_directory here;
  for_each_writer([&](const std::string& name, const auto& write) {
    const std::string longest = name + std::string(255 - name.size(), 'n');
    write(here / longest);
    const strings files = here.files();
    CHECK(std::count(files.begin(), files.end(), longest) == 1);
  });
  CHECK(here.files().size() == 2);
}
