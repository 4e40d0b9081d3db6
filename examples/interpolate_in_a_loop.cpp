// Uses the functors of `resample` inside an own loop: interpolation at one time, without a call for
// a whole batch. The same functions work inside a CUDA kernel, with the same bits.
#include <cstdio>
#include <robocache/trajectory/interpolate.hpp>

int main() {
  // Four rotations about z, by 0, 20, 70 and 90 degrees, at uneven times.
  const double stamps[] = {0.0, 0.5, 1.25, 2.0};
  const double degree = 0.017453292519943295;
  const double angles[] = {0 * degree, 20 * degree, 70 * degree, 90 * degree};
  robocache::quaternion rotations[4];
  for (int i = 0; i < 4; ++i) {
    rotations[i] = {0.0, 0.0, robocache::sine(angles[i] / 2), robocache::cosine(angles[i] / 2)};
  }

  std::printf("  asked at   between samples   weight   angle\n");
  // Play the motion back at three quarters of its speed.
  for (int k = 0; k <= 8; ++k) {
    const double time = 0.75 * (k / 3.0);
    const robocache::sampling_policy<double> hold_the_ends;
    const robocache::bracket at = robocache::bracket_in(
        robocache::find_interval(stamps, 4, time), stamps, 4, time,
        robocache::interpolation::slerp_xyzw, hold_the_ends, robocache::all_usable{});
    const double weight = robocache::fraction_in(at, stamps, time).value();
    const robocache::quaternion q =
        robocache::slerp(rotations[at.left], rotations[at.right], weight);
    const double angle = 2 * robocache::arc(q.z, q.w) / degree;
    std::printf("%8.3f s   %7d and %d   %8.4f   %5.1f\n", time, static_cast<int>(at.left),
                static_cast<int>(at.right), weight, angle);
  }
  return 0;
}
