// Must not compile, and say why in one sentence: integers are not interpolated.
#include "ramp.hpp"

int main() { ramp<std::uint8_t>().resample(robocache::cpu{}); }
