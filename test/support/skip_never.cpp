#include "skip.hpp"

const char* why_skip() { return nullptr; }
