/// \file
/// The one place that states the version; CMake reads it from here.
#pragma once

#define ROBOCACHE_VERSION_MAJOR 0
#define ROBOCACHE_VERSION_MINOR 1
#define ROBOCACHE_VERSION_PATCH 0
