#include <algorithm>
#include <cmath>
#include <filesystem>
#include <robocache/core/math.hpp>
#include <system_error>

#include "commands.hpp"
#include "files/failure.hpp"
#include "files/npz.hpp"
#include "files/output.hpp"
#include "kinds.hpp"
#include "named_files.hpp"
#include "plot.hpp"
#include "stream_spec.hpp"
#include "terminal.hpp"

namespace robocache::cli {
namespace {

constexpr double demo_seconds = 10;
constexpr clock_rate demo_rate{50, 1};
constexpr double two_pi = 6.283185307179586;

struct sensor {
  const char* name;
  const char* kind;
  std::int64_t channels;
  double rate;                      // nominal
  double jitter;                    // of a stamp, in steps
  double gap_from = 0, gap_to = 0;  // a drop-out
};

/// Uniform in [-1, 1), the same on every machine.
class noise {
 public:
  double next() {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    return static_cast<double>(state_ >> 33) * 0x1p-30 - 1.0;
  }

 private:
  std::uint64_t state_ = 20;
};

/// The sensor's stamps in nanoseconds, with none in its drop-out.
array make_stamps(const sensor& from, noise& random) {
  std::vector<std::int64_t> stamps;
  for (double k = 0; k <= demo_seconds * from.rate; ++k) {
    const double late = k > 0 ? from.jitter * random.next() : 0.0;
    const double seconds = (k + late) / from.rate;
    if (seconds > from.gap_from && seconds < from.gap_to) continue;
    stamps.push_back(static_cast<std::int64_t>(seconds * 1e9));
  }
  array result = make_array(element::i64, {static_cast<std::int64_t>(stamps.size())});
  std::copy(stamps.begin(), stamps.end(), result.as<std::int64_t>());
  return result;
}

/// Reads the sensor: `row(t, values)` says what it measures at t seconds.
template <class Row>
fuse_source record(const sensor& from, noise& random, const Row& row) {
  fuse_source result{
      from.name, from.kind, {}, parse_settings(from.kind, demo_rate.period(), from.name)};
  stream& data = result.data;
  data.name = data.times_name = std::string("demo stream ") + from.name;
  data.times = make_stamps(from, random);
  data.values = make_array(element::f32, {data.times.size(), from.channels});
  for (std::int64_t i = 0; i < data.times.size(); ++i) {
    row(static_cast<double>(data.times.as<std::int64_t>()[i]) * 1e-9,
        data.values.as<float>() + i * from.channels);
  }
  return result;
}

/// 0 before `from`, 1 after `to`, smooth between.
double ramp(double t, double from, double to) {
  const double u = std::clamp((t - from) / (to - from), 0.0, 1.0);
  return u * u * (3 - 2 * u);
}

/// How firmly the gripper holds, from 0 to 1.
double grasp_at(double t) { return ramp(t, 3, 3.4) - ramp(t, 7.6, 7.9); }

/// Seven joints, the tool's rotation x y z w and the gripper.
void arm_at(double t, float* row) {
  for (int joint = 0; joint < 7; ++joint) {
    const double swing = sine(two_pi * t * (0.08 + 0.03 * joint) + joint);
    row[joint] = static_cast<float>(0.8 * swing + 0.4 * ramp(t, 1 + joint * 0.2, 4));
  }
  const double half = 0.9 * sine(two_pi * 0.11 * t);
  row[7] = static_cast<float>(sine(half) * 0.6);
  row[8] = static_cast<float>(sine(half) * 0.8);
  row[9] = 0.0F;
  row[10] = static_cast<float>(cosine(half));
  row[11] = grasp_at(t) > 0.5 ? 1.0F : 0.0F;
}

/// The load of what is held, and the ringing of the grasp.
void force_at(double t, float* row, noise& random) {
  const double since = t - 3.4;
  const double ring = 4 * sine(two_pi * 6 * t) / (1 + 12 * since * since);
  const double load = 9.81 * grasp_at(t);
  row[0] = static_cast<float>(ring + 0.25 * random.next());
  row[1] = static_cast<float>(0.1 * load + 0.25 * random.next());
  row[2] = static_cast<float>(load + ring + 0.4 * random.next());
}

void base_at(double t, float* row) {
  row[0] = static_cast<float>(0.5 * ramp(t, 4, 7));
  row[1] = static_cast<float>(0.1 * sine(two_pi * 0.25 * t));
}

/// An arm that reaches, grasps, lifts, carries and lets go.
std::vector<fuse_source> make_recording() {
  noise random;
  const sensor arm{"arm", "linear:7,slerp-xyzw:4,previous:1", 12, 100, 0.35};
  const sensor force{"force", "mean", 3, 500, 0.1, 5.2, 5.9};
  const sensor base{"base", "cubic", 2, 20, 0.1};
  return {record(arm, random, arm_at),
          record(force, random, [&](double t, float* row) { force_at(t, row, random); }),
          record(base, random, base_at)};
}

/// The fastest of a few runs; the first one also starts threads.
fused best_of_runs(const any_executor& executor, const std::vector<fuse_source>& sources,
                   const target_clock& clock) {
  fused best = fuse_sources(executor, sources, clock, element::f32);
  for (int run = 1; run < 7; ++run) {
    best.seconds =
        std::min(best.seconds, fuse_sources(executor, sources, clock, element::f32).seconds);
  }
  return best;
}

std::vector<double> heights(const std::vector<point>& curve) {
  std::vector<double> values;
  for (const point& p : curve) values.push_back(p.y);
  return values;
}

struct shown_column {
  std::int64_t column;
  const char* label;
};

constexpr shown_column shown[] = {
    {0, "joint 0 (rad)"}, {3, "joint 3 (rad)"}, {8, "tool quaternion y"},
    {11, "gripper"},      {14, "force z (N)"},  {15, "base x (m)"},
};

/// The command that makes the same of the recording.
std::string command_line(const std::vector<fuse_source>& sources, const std::string& base) {
  std::string text = "robocache fuse";
  for (const fuse_source& s : sources) {
    text += " --stream " + base + ".npz:" + s.name + "@" + s.kind;
  }
  return text + format(" --rate %.0f -o fused.npz --plot fused.svg", demo_rate.hz());
}

/// Draws some columns of the result, as a figure and as characters.
figure draw_result(const std::vector<fuse_source>& sources, const array& clock,
                   const fused& result) {
  figure f;
  f.title = "Three streams on one clock";
  f.subtitle = format("arm 100 Hz, force 500 Hz with a drop-out, base 20 Hz, all to %.0f Hz",
                      demo_rate.hz());
  f.x_label = "time (s)";
  f.samples_label = "recorded";
  f.curve_label = "fused";
  f.gaps_label = "drop-out, masked";
  for (const auto& [column, label] : shown) {
    f.panels.push_back(column_panel(sources, clock, result, column, label));
    print(format("%-18s ", label) + sparkline(heights(f.panels.back().curve), 60) + "\n");
  }
  return f;
}

void write_recording(const std::string& path, const std::vector<fuse_source>& sources) {
  std::vector<named_array> arrays;
  for (const fuse_source& s : sources) {
    arrays.push_back({s.name, &s.data.values});
    arrays.push_back({s.name + "_times", &s.data.times});
  }
  write_npz(path, arrays);
}

void make_directory(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) bad_output(path + ": cannot make this directory: " + error.message());
}

}  // namespace

void run(const demo_command& command) {
  const any_executor executor = choose_executor(command.executor);
  make_directory(command.directory);
  const std::string base = command.directory + "/demo";
  const std::string recording = base + ".npz", fused_file = base + "_50hz.npz",
                    plot = base + ".svg";
  check_files({},
              {{"--output", recording}, {"--output", fused_file}, {"--output", plot, {".svg"}}});

  const std::vector<fuse_source> sources = make_recording();
  const target_clock clock = common_clock(sources, demo_rate, time_span::overlap, element::f32);
  const fused result = best_of_runs(executor, sources, clock);
  print(format("A made-up recording of %.0f s, fused onto one clock of %.0f Hz on ", demo_seconds,
               demo_rate.hz()) +
        executor_text(executor) + " in " + duration_text(result.seconds) + ".\n\n" +
        table_of(sources, result) + "\n");
  const figure f = draw_result(sources, clock.times, result);
  write_recording(recording, sources);
  write_fused(fused_file, clock.times, result);
  write_file(plot, draw(f));
  print("(a dot: no answer, since the force sensor dropped out)\n\n");
  print(printable(plot) + "       the plot\n" + printable(recording) + "       the recording\n" +
        printable(fused_file) + "  on one clock\n");
  print("\nThe same from the recording:\n  " + printable(command_line(sources, base)) + "\n");
}

}  // namespace robocache::cli
