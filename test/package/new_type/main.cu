#include <robocache/trajectory/resample.cuh>

#include "../gpu.hpp"
#include "../half_step.hpp"

int main(int argc, char** argv) { return run_consumer<half_step>(argc, argv); }
