// What the tool does to files and streams when things go wrong.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

#include "files/npz.hpp"
#include "support/catch.hpp"
#include "tool.hpp"

namespace {

using robocache::cli::array_file;
using test::check_failure;
using test::check_success;
using test::contains;
using test::member;
using test::outcome;
using test::read_bytes;
using test::run_tool;
using test::temporary_directory;
using test::write_bytes;
using strings = std::vector<std::string>;

/// Two channels over 1 s, and a cloud of two points.
void write_inputs(const temporary_directory& here) {
  std::vector<double> values, times;
  for (int i = 0; i <= 10; ++i) {
    times.push_back(i / 10.0);
    values.insert(values.end(), {i * 0.3, i * i * 0.01});
  }
  write_bytes(here / "in.npz", test::zip({{"values.npy", member("<f8", "(11, 2)", values)},
                                          {"times.npy", member("<f8", "(11,)", times)}}));
  write_bytes(here / "c.bin", test::bytes_of<float>({0, 0, 0, 1, 1, 1, 1, 1}));
}

/// A command and the options of its outputs.
struct writer {
  std::string command, output, plot, input_option;
};

const std::vector<writer> writers = {
    {"resample in.npz --rate 5", "out.npz", "--plot", "the input"},
    {"fuse --stream in.npz:values@linear --rate 5", "out.npz", "--plot",
     "--stream in.npz:values@linear"},
    {"voxelize c.bin --voxel 1", "out.npz", "--view", "the input"},
    {"voxelize c.bin --voxel 1", "out.ply", "--view", "the input"}};

/// The tool as a child that can be sent signals.
class child {
 public:
  child(const temporary_directory& here, const strings& arguments, int ignored_signal = 0) {
    pid_ = fork();
    if (pid_ != 0) return;
    const int null = open("/dev/null", O_RDWR);
    for (const int stream : {0, 1, 2}) dup2(null, stream);
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) std::signal(number, SIG_DFL);
    if (ignored_signal != 0) std::signal(ignored_signal, SIG_IGN);
    std::vector<char*> words{const_cast<char*>("robocache")};
    for (const std::string& a : arguments) words.push_back(const_cast<char*>(a.c_str()));
    words.push_back(nullptr);
    if (chdir((here / "").c_str()) == 0) execv(ROBOCACHE_TOOL, words.data());
    _exit(99);
  }
  void send(int number) const { kill(pid_, number); }
  [[nodiscard]] bool has_ended() { return waitpid(pid_, &status_, WNOHANG) == pid_; }
  /// The status as `waitpid` gives it.
  int wait() {
    waitpid(pid_, &status_, 0);
    return status_;
  }

 private:
  pid_t pid_;
  int status_ = 0;
};

/// Waits until the child has begun to write beside the `known` files.
bool wait_for_file(const temporary_directory& here, std::size_t known, child& tool) {
  for (int i = 0; i < 20000; ++i) {
    if (here.files().size() > known) return true;
    if (tool.has_ended()) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

/// Runs the tool within `script`, a line of shell to which "$@" is the tool and its arguments.
outcome run_within(const temporary_directory& here, const std::string& script,
                   const std::string& arguments) {
  return run_tool(here, arguments, "ROBOCACHE_BACKEND= sh -c '" + script + "' sh");
}

/// Takes a while to be compressed.
const strings long_write = {"resample",  "in.npz", "--rate", "1e6",
                            "--backend", "cpu",    "-o",     "out.npz"};

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool takes_terabytes = true;  // of addresses, which a limit would refuse
#else
constexpr bool takes_terabytes = false;
#endif

}  // namespace

TEST_CASE("tool: outputs that are no regular files are refused before anything is read") {
  const temporary_directory here;
  write_inputs(here);
  for (const char* extension : {"npz", "ply", "png", "svg"}) {
    const std::string name = here / "pipe." + extension;
    REQUIRE(mkfifo(name.c_str(), 0600) == 0);
    REQUIRE(symlink("/dev/null", (here / "null." + extension).c_str()) == 0);
    std::filesystem::create_directory(here / "directory." + extension);
  }
  const std::size_t count = here.files().size();
  std::filesystem::remove(here / "in.npz");
  std::filesystem::remove(here / "c.bin");
  for (const writer& w : writers) {
    const std::string extension = w.output.substr(4);
    const std::string drawn = w.plot == "--plot" ? "svg" : "png";
    for (const auto& [name, kind] :
         {std::pair{"pipe.", "got a pipe"}, std::pair{"null.", "got a device"},
          std::pair{"directory.", "got a directory"}}) {
      INFO(w.command << " " << w.output << " " << name);
      check_failure(run_tool(here, w.command + " -o " + name + extension), 4,
                    {name + extension + ": cannot write: expected a regular file", kind});
      check_failure(
          run_tool(here, w.command + " -o " + w.output + " " + w.plot + " " + name + drawn), 4,
          {name + drawn + ": cannot write: expected a regular file", kind});
    }
  }
  CHECK(here.files().size() == count - 2);
  CHECK(std::filesystem::is_fifo(here / "pipe.svg"));
  CHECK(std::filesystem::is_symlink(here / "null.png"));

  const temporary_directory demo;
  REQUIRE(symlink("/dev/null", (demo / "demo.svg").c_str()) == 0);
  check_failure(run_tool(demo, "demo -o ."), 4, {"demo.svg: cannot write", "got a device"});
  CHECK(demo.files() == strings{"demo.svg"});
}

TEST_CASE("tool: two outputs of one file are refused, by whatever names") {
  const temporary_directory here;
  write_inputs(here);
  std::filesystem::create_directory(here / "d");
  std::filesystem::create_directory_symlink("d", here / "e");
  for (const char* extension : {".npz", ".ply"}) {
    write_bytes(here / "old" + extension, "precious");
    std::filesystem::create_hard_link(here / "old" + extension, here / "hard" + extension);
    std::filesystem::create_symlink("old" + std::string(extension), here / "soft" + extension);
  }
  const std::size_t count = here.files().size();
  for (const writer& w : writers) {
    if (w.plot == "--view") continue;  // whose names end otherwise
    for (const auto& [one, two] :
         {std::pair{"new.npz", "new.npz"}, std::pair{"new.npz", "./new.npz"},
          std::pair{"d/new.npz", "e/new.npz"}, std::pair{"old.npz", "d/../old.npz"},
          std::pair{"old.npz", "hard.npz"}, std::pair{"old.npz", "soft.npz"},
          std::pair{"soft.npz", "hard.npz"}}) {
      INFO(w.command << " " << one << " " << two);
      check_failure(run_tool(here, w.command + " -o " + one + " --plot " + two), 1,
                    {"--plot: expected another file than that of --output", two});
      CHECK(read_bytes(here / "old.npz") == "precious");
    }
  }
  // Names that only look alike are two files.
  check_success(run_tool(here, writers[0].command + " -o d/a.npz --plot a.svg"));
  std::filesystem::remove(here / "a.svg");
  std::filesystem::create_hard_link(here / "old.npz", here / "hard.png");
  check_failure(run_tool(here, "voxelize c.bin --voxel 1 -o old.npz --view hard.png"), 1,
                {"--view: expected another file than that of --output"});
  CHECK(here.files().size() == count + 1);
}

TEST_CASE("tool: an output that is an input is refused, by whatever names") {
  const temporary_directory here;
  write_inputs(here);
  std::filesystem::create_hard_link(here / "in.npz", here / "hard.npz");
  std::filesystem::create_symlink("in.npz", here / "soft.npz");
  const std::string recording = read_bytes(here / "in.npz");
  const std::string targets = "fuse --stream c.npz:a@linear --targets in.npz:times";
  for (const std::string name : {"in.npz", "./in.npz", "hard.npz", "soft.npz"}) {
    INFO(name);
    for (const writer& w :
         {writers[0], writers[1], writer{"voxelize in.npz:values --voxel 1", "", "", "the input"},
          writer{targets, "", "", "--targets"}}) {
      check_failure(run_tool(here, w.command + " -o " + name), 1,
                    {"--output: expected another file than that of " + w.input_option});
    }
    check_failure(run_tool(here, writers[0].command + " -o out.npz --plot " + name), 1,
                  {"--plot: expected another file than that of the input"});
    CHECK(read_bytes(here / "in.npz") == recording);
  }
  CHECK(here.files().size() == 4);
}

TEST_CASE("tool: standard output in the place of an output is refused") {
  const temporary_directory here;
  write_inputs(here);
  const std::string command = writers[0].command;
  check_failure(run_within(here, "exec \"$@\" >p.svg", command + " -o out.npz --plot p.svg"), 1,
                {"--plot: expected another file than standard output, got 'p.svg'"});
  const outcome piped =
      run_within(here, "{ \"$@\"; echo $? >code; } | cat", command + " -o /dev/stdout");
  CHECK(contains(piped.err, "/dev/stdout: cannot write: expected a regular file"));
  CHECK(read_bytes(here / "code") == "4\n");
}

TEST_CASE("tool: lost standard output is an error (exit code 4)") {
  const temporary_directory here;
  std::vector<test::zip_member> members;
  for (int i = 0; i < 400; ++i) {  // more than a buffer of stdio
    members.push_back({"array" + std::to_string(i) + ".npy", member<float>("<f4", "(1,)", {1})});
  }
  write_bytes(here / "many.npz", test::zip(members));
  write_inputs(here);
  for (const std::string command :
       {"info many.npz", "info in.npz", "--help", "--version", "resample --help", "devices",
        "resample in.npz --rate 5 -o out.npz", "fuse --stream in.npz:values@mean --rate 5 -o f.npz",
        "voxelize c.bin --voxel 1 -o v.npz", "demo -o d"}) {
    INFO(command);
    check_failure(run_within(here, "exec \"$@\" >/dev/full", command), 4,
                  {"robocache: standard output: cannot write: No space left on device"});
    check_failure(run_within(here, "exec \"$@\" >&-", command), 4,
                  {"robocache: standard output: cannot write"});
    // The reader is gone before the tool starts.
    const outcome piped =
        run_within(here, "trap \"\" PIPE; { sleep 0.2; \"$@\"; echo $? >code; } | :", command);
    CHECK(contains(piped.err, "robocache: standard output: cannot write: Broken pipe"));
    CHECK(read_bytes(here / "code") == "4\n");
  }
  // With the results in their files all the same.
  CHECK(array_file(here / "out.npz").names().size() == 3);
}

TEST_CASE("tool: files do not take the place of closed streams") {
  const temporary_directory here;
  write_inputs(here);
  check_success(run_tool(here, writers[0].command + " --plot a.svg -o a.npz"));
  const outcome closed =
      run_within(here, "exec \"$@\" <&- >&- 2>&-", writers[0].command + " --plot b.svg -o b.npz");
  CHECK(closed.code == 4);
  CHECK(read_bytes(here / "a.npz") == read_bytes(here / "b.npz"));
  CHECK(read_bytes(here / "a.svg") == read_bytes(here / "b.svg"));
}

TEST_CASE("tool: signals leave no temporary file and end it as they always do") {
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
    INFO("signal " << number);
    const temporary_directory here;
    write_inputs(here);
    write_bytes(here / "out.npz", "precious");
    child tool(here, long_write);
    REQUIRE(wait_for_file(here, 3, tool));
    tool.send(number);
    const int status = tool.wait();
    CHECK(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == number);
    CHECK(here.files().size() == 3);
    CHECK(read_bytes(here / "out.npz") == "precious");
  }
}

TEST_CASE("tool: signals that its parent ignores stay ignored") {
  const temporary_directory here;
  write_inputs(here);
  child tool(here, long_write, SIGHUP);  // as nohup does
  REQUIRE(wait_for_file(here, 2, tool));
  tool.send(SIGHUP);
  const int status = tool.wait();
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  CHECK(array_file(here / "out.npz").names().size() == 3);
}

TEST_CASE("tool: a file size limit fails the write and not the process") {
  const temporary_directory here;
  write_inputs(here);
  write_bytes(here / "out.npz", "precious");
  check_failure(run_tool(here, "resample in.npz --rate 1e5 -o out.npz", "ulimit -f 8;"), 4,
                {"out.npz: cannot write: File too large"});
  CHECK(read_bytes(here / "out.npz") == "precious");
  CHECK(here.files().size() == 3);
}

TEST_CASE("tool: more memory than there is, is refused with its bytes") {
  const temporary_directory here;
  write_inputs(here);
  // 1e13 targets of two float64, a time and a mask.
  check_failure(run_tool(here, "resample in.npz --rate 1e13 -o out.npz"), 1,
                {"--rate 1e+13", "25 bytes each", "2.5e+14 bytes (250 TB) of memory", "are free"});
  check_failure(run_tool(here, "fuse --stream in.npz:values@last4096 --rate 1e9 -o out.npz"), 1,
                {"--rate 1e+09", "65561 bytes each", "of memory"});
  CHECK(here.files().size() == 2);
}

TEST_CASE("tool: a file that is replaced hands its permissions on") {
  const temporary_directory here;
  write_inputs(here);
  write_bytes(here / "out.npz", "private");
  using std::filesystem::perms;
  std::filesystem::permissions(here / "out.npz", perms::owner_read | perms::owner_write);
  check_success(run_tool(here, "resample in.npz --rate 5 -o out.npz"));
  CHECK(std::filesystem::status(here / "out.npz").permissions() ==
        (perms::owner_read | perms::owner_write));
}

TEST_CASE("tool: allocations that fail end in a message and no half of a file") {
  if (takes_terabytes) {
    WARN("skipped: a sanitizer needs more addresses than the limits of this test");
    return;
  }
  const temporary_directory here;
  write_inputs(here);
  int failures = 0, successes = 0;
  for (int megabytes = 12; megabytes <= 120; megabytes += 12) {
    const std::string limit = "ulimit -v " + std::to_string(megabytes * 1024) + ";";
    if (run_tool(here, "--version", limit).code != 0) continue;  // too little to load the program
    for (const std::string command :
         {"resample in.npz --rate 2e5 --threads 1 -o out.npz --plot out.svg",
          "voxelize c.bin --voxel 0.01 --threads 1 -o out.npz --view out.png"}) {
      INFO(limit << " " << command);
      write_bytes(here / "out.npz", "precious");
      const outcome result = run_tool(here, command, limit);
      if (result.code == 0) {
        ++successes;
        CHECK(array_file(here / "out.npz").names().size() >= 3);
      } else {
        ++failures;
        check_failure(result, 5, {"memory"});
      }
      for (const std::string& name : here.files()) CHECK(name[0] != '.');
      for (const char* name : {"out.svg", "out.png"}) std::filesystem::remove(here / name);
    }
  }
  CHECK(failures > 0);
  CHECK(successes > 0);
}
