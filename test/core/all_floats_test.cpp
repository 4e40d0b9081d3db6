// What the bounds of `sine_cosine` are claimed from.
#include "circular_floats.hpp"

TEST_CASE("all floats' sines and cosines keep 2 ulp", "[math]") { test::check_circular_floats(1); }
