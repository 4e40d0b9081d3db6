// Must not compile, and say why in one sentence: the samples would be gone before they are fused.
#include <robocache/trajectory/one_log.hpp>

int main() {
  const std::vector<double> times(2);
  static_cast<void>(robocache::log_stream(times, std::vector<float>(2), 1));
}
