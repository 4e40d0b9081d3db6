/// \file
/// What a process has one of, whatever its files were compiled for and whichever plugin they are
/// in.
#pragma once

#include <robocache/core/config.hpp>

/// Defines `Type& name()` in namespace robocache::process_v1: one object in the process, all bits 0
/// at first, of at most 256 bytes, never destroyed. Its symbol is unique in the dynamic linker's
/// sense, so that plugins share it although they hide theirs; executables export it by a linker
/// option of the CMake targets. The number in the namespace changes with what the objects hold.
#if defined(__ELF__) && defined(__GNUC__)
// No compiler says all of that by itself, the assembler does. Once a file, also where link-time
// optimisation makes one file of many.
#define ROBOCACHE_ONE_PER_PROCESS(Type, name)                   \
  ROBOCACHE_UNIQUE_SYMBOL("robocache_process_v1_" #name)        \
  namespace robocache::process_v1 {                             \
  static_assert(sizeof(Type) <= 256);                           \
  extern "C" ROBOCACHE_EXPORT Type robocache_process_v1_##name; \
  inline Type& name() { return robocache_process_v1_##name; }   \
  }
#else
#define ROBOCACHE_ONE_PER_PROCESS(Type, name) \
  namespace robocache::process_v1 {           \
  inline Type& name() {                       \
    static Type the_only_one;                 \
    return the_only_one;                      \
  }                                           \
  }
#endif

#if defined(__CUDA_ARCH__)
#define ROBOCACHE_UNIQUE_SYMBOL(symbol)
#else
// clang-format off
#define ROBOCACHE_UNIQUE_SYMBOL(symbol)                                  \
  asm(".ifndef " symbol "\n"                                             \
      ".pushsection .bss." symbol ",\"awG\",@nobits," symbol ",comdat\n" \
      ".weak " symbol "\n"                                               \
      ".type " symbol ",@gnu_unique_object\n"                            \
      ".size " symbol ",256\n"                                           \
      ".p2align 6\n"                                                     \
      symbol ": .zero 256\n"                                             \
      ".popsection\n"                                                    \
      ".endif\n");
// clang-format on
#endif
