/// \file
/// How the process begins and ends, whatever its streams and signals are.
#pragma once

namespace robocache::cli {

/// Keeps files that are opened later from taking the place of a closed stdin, stdout or stderr.
/// Writing to such a stream stays an error.
void hold_streams();

/// From now on SIGINT, SIGTERM, SIGHUP and their kin remove unfinished outputs before they end the
/// process. Call it before there are other threads, which inherit what it blocks.
void clean_up_on_signals();

/// Throws `output_failure` where something printed to stdout was lost. Nothing can be printed
/// after.
void finish_output();

}  // namespace robocache::cli
