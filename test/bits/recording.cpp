// Prints a digest of the bits that every operation gives for random problems, one line for each
// kind of call. The committed recording.txt is what it printed: a change of bits is a change of
// that file.
#include <cstdio>
#include <map>

#include "support/accumulate_problem.hpp"
#include "support/fuse_problem.hpp"
#include "support/motion_problem.hpp"
#include "support/points_problem.hpp"
#include "support/problem.hpp"
#include "support/tsdf_recording.hpp"

namespace {

using namespace test;
using robocache::bf16;
using robocache::f16;

/// FNV-1a over what calls wrote.
class digest {
 public:
  template <class V>
  void operator()(const V& array) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(array.data());
    for (std::size_t i = 0; i < array.size() * sizeof(array[0]); ++i) {
      hash_ = (hash_ ^ bytes[i]) * 1099511628211U;
    }
  }
  /// The same of all arrays of an outcome.
  template <class Outcome>
  void each(Outcome& outcome) {
    outcome.each([this](const char*, const auto& array) { (*this)(array); });
  }
  void print(const std::string& name) const {
    std::printf("%-32s %016llx\n", name.c_str(), static_cast<unsigned long long>(hash_));
  }

 private:
  std::uint64_t hash_ = 14695981039346656037U;
};

const robocache::cpu executor{3};
const auto in_place = [](auto& v) { return v.data(); };

template <class T, class Time>
void record_resample() {
  const robocache::channel_groups row = {
      {3, robocache::interpolation::linear},   {4, robocache::interpolation::slerp_wxyz},
      {1, robocache::interpolation::previous}, {7, robocache::interpolation::pchip},
      {2, robocache::interpolation::cubic},    {8, robocache::interpolation::slerp_xyzw},
      {1, robocache::interpolation::nearest},  {1, robocache::interpolation::next}};
  const std::string types = std::string(format<T>::name) + "/" + format<Time>::name;
  random_source random(11);
  const auto record = [&](const std::string& kind, const robocache::channel_groups& groups,
                          std::int64_t channels) {
    digest all;
    for (int i = 0; i < 12; ++i) {
      wildness how;
      how.adversarial = i % 2 == 0 ? 0.02 : 0.3;
      how.ragged = i % 3 == 0;
      how.policies = i % 4 != 1;
      const auto p = make_problem<T, Time>(random, random.between(1, 6), random.between(0, 200),
                                           random.between(1, 150), channels, groups, how);
      resample(executor, p).for_each_array([&](auto& array) { all(array); });
    }
    all.print("resample " + kind + " " + types);
  };
  for (const auto kind : all_kinds) {
    record(name_of(kind), kind, robocache::is_slerp(kind) ? 8 : random.between(1, 40));
  }
  record("mixed", row, 27);
}

template <class T, class Time>
void record_fuse() {
  random_source random(12);
  digest all;
  for (int i = 0; i < 60; ++i) {
    const auto p = make_fuse_problem<Time, T>(random, random.between(1, 20), random.between(1, 5),
                                              random.between(1, 90), {});
    auto out = fuse(executor, p);
    for (auto& output : out.outputs) all(output.memory);
    all(out.valid.memory);
    all(out.age.memory);
    all(out.error.memory);
  }
  all.print(std::string("fuse ") + format<T>::name + "/" + format<Time>::name);
}

template <class P>
void record_clouds() {
  random_source random(13);
  std::map<std::string, digest> digests;
  const auto take = [&](const char* name, auto outcome, const auto& problem) {
    outcome.run(executor, problem, in_place);
    digests[name].each(outcome);
  };
  for (int i = 0; i < 40; ++i) {
    cloud_wildness wild;
    wild.points = i % 8 == 0 ? 20'000 : 300;
    auto p = make_clouds<P>(random, random.between(1, 4), random.between(0, 3), wild);
    add_labels(random, p);
    take("occupancy and density", grids_outcome(p), p);
    take("features", features_outcome(p), p);
    take("sparse", sparse_outcome(p, random.between(0, 400)), p);
    take("bounds", bounds_outcome<P>(p), p);
    take("crop", random_crop(random, p), p);
    const auto first = make_clouds<P>(random, random.between(1, 4), 0, wild);
    take("first", first_outcome(first, random.between(0, 300), random.between(1, 40)), first);
    const auto shards = make_shards<P>(random, 400);
    take("accumulate", accumulate_outcome(shards), shards);
  }
  for (const auto& [name, hash] : digests) hash.print(name + " " + format<P>::name);
}

template <class D>
void record_depth(const char* name) {
  random_source random(14);
  digest all;
  for (int i = 0; i < 60; ++i) {
    auto outcome = run(executor, make_depth<D>(random, random.between(1, 4), 60));
    all.each(outcome);
  }
  all.print(std::string("depth ") + name);
}

void record_tsdf() {
  tsdf_recording all(executor);
  all.each([](const std::string& name, const auto& arrays) {
    digest hash;
    arrays(hash);
    hash.print("tsdf " + name);
  });
}

template <class T>
void record_motion() {
  digest all;
  for (const std::uint64_t seed : {15, 16, 17}) {
    for (const auto& result : motion_problem<T>(seed, 200).run(executor, 0, 200)) all(result);
  }
  all.print(std::string("kinematics ") + format<T>::name);
}

template <class T>
void record_times() {
  record_resample<T, std::int64_t>();
  record_resample<T, double>();
  record_resample<T, float>();
}

}  // namespace

int main() {
  record_times<float>();
  record_times<double>();
  record_times<bf16>();
  record_times<f16>();
  record_fuse<float, std::int64_t>();
  record_fuse<bf16, double>();
  record_fuse<f16, float>();
  record_fuse<bf16, std::int64_t>();
  record_clouds<float>();
  record_clouds<double>();
  record_clouds<bf16>();
  record_clouds<f16>();
  record_depth<std::uint16_t>("u16");
  record_depth<float>("f32");
  record_tsdf();
  record_motion<float>();
  record_motion<double>();
}
