#include "../gpu.hpp"

int main(int argc, char** argv) { return run_consumer<float>(argc, argv); }
