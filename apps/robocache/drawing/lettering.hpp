/// \file
/// Letters as lines, for canvases.
#pragma once

#include <string>

#include "drawing/canvas.hpp"

namespace robocache::cli {

/// Lines of `text` from `at` to the right, at `size` pixels from baseline to baseline. Adds the
/// width to at.x. Characters beyond ASCII become a question mark.
std::vector<polyline> letters(const std::string& text, double size, spot& at);

}  // namespace robocache::cli
