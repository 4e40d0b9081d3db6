/// \file
/// Why the tests of this executable cannot run on this machine.
#pragma once

/// Null when they can.
const char* why_skip();
