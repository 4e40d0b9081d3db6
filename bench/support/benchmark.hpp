// What all benchmarks share: how their cases are registered and run.
#pragma once

#include <benchmark/benchmark.h>

#include <string>

namespace robocache::bench {

/// Registers a case; `run(state)` times it.
template <class Run>
void add_case(const std::string& name, const Run& run) {
  benchmark::RegisterBenchmark(name.c_str(), run)
      ->UseManualTime()
      ->Iterations(1)
      ->Unit(benchmark::kMicrosecond);
}

/// The `main` of a benchmark: runs the cases that `add_cases()` registers.
template <class AddCases>
int run_benchmarks(int argc, char** argv, const AddCases& add_cases) {
  add_cases();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

}  // namespace robocache::bench
