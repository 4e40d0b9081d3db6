// How other libraries' voxel filters are timed: as a rival, whole scans, one call at a time.
#pragma once

#include "pointcloud/scans.hpp"
#include "support/cpu_benchmark.hpp"

namespace robocache::bench {

/// Registers a filter under the names that `voxelize_cpu_bench` gives its lists of voxels.
/// `make_filter(scan, size)` returns a function that runs it and returns the voxels found.
template <class MakeFilter>
void add_filter(const MakeFilter& make_filter) {
  for (const scan& s : all_scans()) {
    for (const double size : voxel_sizes) {
      add_case(case_name("sparse", s, size), [=](benchmark::State& state) {
        const auto filter = make_filter(s, size);
        state.counters["voxels"] = static_cast<double>(filter());
        std::vector<double> times;
        for (auto _ : state) {
          for (int call = 0; call < rounds * calls_per_round; ++call) {
            times.push_back(time_call(filter));
          }
          state.SetIterationTime(median(times));
        }
        state.counters["us"] = median(times) * 1e6;
      });
    }
  }
}

}  // namespace robocache::bench
