// Must not compile, and say why in one sentence: g++ has no GPU code for this type.
#include "half_step.hpp"
#include "ramp.hpp"

int main() { ramp<half_step>().resample(robocache::gpu::default_stream()); }
