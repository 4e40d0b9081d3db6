/// \file
/// What the process guards itself against before it works: closed streams, and signals.
#pragma once

namespace robocache::cli {

/// Keeps files that are opened later from taking the place of a closed stdin, stdout or stderr.
/// Writing to such a stream stays an error.
void hold_streams();

/// From now on SIGINT, SIGTERM, SIGHUP and their kin remove unfinished outputs before they end the
/// process. Call it before there are other threads, which inherit what it blocks.
void clean_up_on_signals();

}  // namespace robocache::cli
