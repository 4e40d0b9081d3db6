#include <robocache/core/executor.hpp>

#include "skip.hpp"

const char* why_skip() { return robocache::detail::why_no_cuda(); }
