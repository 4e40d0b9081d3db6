// Replaces lost samples by the last one that came, up to an age.
#include <cmath>
#include <cstdio>
#include <robocache/trajectory/fuse.hpp>
#include <vector>

int main() {
  using namespace robocache;
  const float lost = std::nanf("");
  const std::vector<float> force = {1.0F, 1.1F, lost, lost, lost, 2.0F};
  const std::vector<std::int64_t> stamps = {0, 10, 20, 30, 40, 50};  // milliseconds
  const std::int64_t S = 6;
  std::vector<float> filled(6);
  std::vector<std::uint8_t> valid(6);

  forward_fill_options<std::int64_t> options;
  options.max_age = 20;
  resample_report<std::int64_t> report;
  report.valid = view(valid.data(), {1, S});
  forward_fill(cpu{}, view(force.data(), {1, S, 1}), view(stamps.data(), {1, S}),
               view(filled.data(), {1, S, 1}), options, report);

  for (std::size_t i = 0; i < filled.size(); ++i) {
    std::printf("%2lld ms: %4.1f -> %4.1f %s\n", static_cast<long long>(stamps[i]),
                static_cast<double>(force[i]), static_cast<double>(filled[i]),
                valid[i] != 0 ? "" : "(too old)");
  }
}
