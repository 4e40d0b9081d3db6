#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <robocache/core/math.hpp>
#include <system_error>

#include "commands.hpp"
#include "failure.hpp"
#include "kinds.hpp"
#include "plot.hpp"
#include "terminal.hpp"

namespace robocache::cli {
namespace {

constexpr double demo_seconds = 10;
constexpr double demo_rate = 50;
constexpr double two_pi = 6.283185307179586;

struct sensor {
  const char* name;
  const char* kinds;
  std::int64_t channels;
  double rate;                      // nominal
  double jitter;                    // of a stamp, in steps
  double gap_from = 0, gap_to = 0;  // a drop-out
  double max_gap = INFINITY;
};

struct demo_stream {
  sensor from;
  stream data;
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
  array result = make_array(dtype::int64, {static_cast<std::int64_t>(stamps.size())});
  std::copy(stamps.begin(), stamps.end(), result.as<std::int64_t>());
  return result;
}

/// Reads the sensor: `row(t, values)` says what it measures at t seconds.
template <class Row>
demo_stream record(const sensor& from, noise& random, const Row& row) {
  demo_stream result{from, {}};
  stream& data = result.data;
  data.name = data.times_name = std::string("demo stream ") + from.name;
  data.times = make_stamps(from, random);
  data.values = make_array(dtype::float32, {data.times.size(), from.channels});
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
std::vector<demo_stream> make_recording() {
  noise random;
  const sensor arm{"arm", "linear:7,slerp-xyzw:4,previous:1", 12, 100, 0.35};
  const sensor force{"force", "linear", 3, 500, 0.1, 5.2, 5.9, 0.05};
  const sensor base{"base", "cubic", 2, 20, 0.1};
  return {record(arm, random, arm_at),
          record(force, random, [&](double t, float* row) { force_at(t, row, random); }),
          record(base, random, base_at)};
}

/// One clock for all streams: from the latest first stamp to the earliest last one.
clock_targets common_clock(const std::vector<demo_stream>& streams) {
  std::int64_t first = INT64_MIN, last = INT64_MAX;
  for (const demo_stream& s : streams) {
    const array& times = s.data.times;
    first = std::max(first, times.as<std::int64_t>()[0]);
    last = std::min(last, times.as<std::int64_t>()[times.size() - 1]);
  }
  stream span;
  span.values = make_array(dtype::float32, {2});
  span.times = make_array(dtype::int64, {2});
  span.times.as<std::int64_t>()[0] = first;
  span.times.as<std::int64_t>()[1] = last;
  return uniform_targets(span, demo_rate);
}

/// The fastest of a few runs; the first one also starts threads.
resampled best_of_runs(const any_executor& executor, const stream& s, const clock_targets& clock,
                       const resample_settings& settings) {
  resampled best = resample_stream(executor, s, clock, settings);
  for (int run = 1; run < 7; ++run) {
    best.seconds = std::min(best.seconds, resample_stream(executor, s, clock, settings).seconds);
  }
  return best;
}

std::vector<double> channel_values(const resampled& result, std::int64_t channel) {
  const std::int64_t channels = result.values.shape[1];
  std::vector<double> values;
  for (std::int64_t k = 0; k < result.values.shape[0]; ++k) {
    values.push_back(result.valid.as<std::uint8_t>()[k] != 0
                         ? element(result.values, k * channels + channel)
                         : NAN);
  }
  return values;
}

std::vector<std::string> table_row(const demo_stream& s, const resampled& result) {
  const auto* valid = result.valid.as<std::uint8_t>();
  const auto targets = result.valid.size();
  const double share =
      static_cast<double>(std::count(valid, valid + targets, 1)) / static_cast<double>(targets);
  const double bytes = static_cast<double>(s.data.values.bytes.size() + result.values.bytes.size());
  return {s.from.name,
          s.from.kinds,
          std::to_string(s.data.samples()),
          format("%.0f Hz", s.from.rate),
          std::to_string(targets),
          format("%.1f %%", 100 * share),
          duration_text(result.seconds),
          bytes_text(bytes / result.seconds) + "/s"};
}

struct shown_channel {
  std::size_t stream;
  std::int64_t channel;
  const char* label;
};

constexpr shown_channel shown[] = {
    {0, 0, "joint 0 (rad)"}, {0, 3, "joint 3 (rad)"}, {0, 8, "tool quaternion y"},
    {0, 11, "gripper"},      {1, 2, "force z (N)"},   {2, 0, "base x (m)"},
};

}  // namespace

void run(const demo_command& command) {
  const any_executor executor = choose_executor(command.executor);
  std::error_code error;
  std::filesystem::create_directories(command.directory, error);
  if (error) bad_output(command.directory + ": cannot make this directory: " + error.message());

  const std::vector<demo_stream> streams = make_recording();
  const clock_targets clock = common_clock(streams);
  std::vector<resampled> results;
  std::vector<std::vector<channel_group>> kinds;
  std::vector<std::vector<std::string>> rows{
      {"stream", "kinds", "samples", "rate", "targets", "valid", "time", "throughput"}};
  for (const demo_stream& s : streams) {
    resample_settings settings;
    settings.kinds = parse_kinds(s.from.kinds);
    settings.max_gap = s.from.max_gap;
    kinds.push_back(settings.kinds);
    results.push_back(best_of_runs(executor, s.data, clock, settings));
    rows.push_back(table_row(s, results.back()));
  }

  std::printf("A made-up recording of %.0f s, resampled to one clock of %.0f Hz on %s.\n\n%s\n",
              demo_seconds, demo_rate, executor_text(executor).c_str(), table(rows).c_str());
  figure f;
  f.title = "Three streams on one clock";
  f.subtitle =
      format("arm 100 Hz, force 500 Hz with a drop-out, base 20 Hz, all to %.0f Hz", demo_rate);
  f.x_label = "time (s)";
  f.samples_label = "recorded samples";
  f.gaps_label = "drop-out, marked invalid";
  for (const auto& [stream, channel, label] : shown) {
    std::printf("%-18s %s\n", label,
                sparkline(channel_values(results[stream], channel), 60).c_str());
    f.panels.push_back(channel_panel({streams[stream].data, clock, results[stream], kinds[stream]},
                                     channel, label));
  }

  const std::string base = command.directory + "/demo";
  std::vector<named_array> recorded, resampled_arrays;
  for (std::size_t i = 0; i < streams.size(); ++i) {
    recorded.push_back({streams[i].from.name, &streams[i].data.values});
    recorded.push_back({std::string(streams[i].from.name) + "_times", &streams[i].data.times});
    resampled_arrays.push_back({streams[i].from.name, &results[i].values});
    resampled_arrays.push_back({std::string(streams[i].from.name) + "_valid", &results[i].valid});
  }
  resampled_arrays.push_back({"times", &clock.times});
  write_npz(base + ".npz", recorded);
  write_npz(base + "_50hz.npz", resampled_arrays);
  write_text(base + ".svg", draw(f));
  std::printf("(a dot: no valid answer, since the force sensor dropped out)\n\n");
  std::printf("%s.svg       the plot\n%s.npz       the recording\n%s_50hz.npz  on one clock\n",
              base.c_str(), base.c_str(), base.c_str());
  std::printf("\nNext: robocache info %s.npz\n", base.c_str());
}

}  // namespace robocache::cli
