// Must not compile, and say why in one sentence: integers are not interpolated.
#include "ramp.hpp"

int main() { ramp<int>().resample(robocache::cpu{}); }
