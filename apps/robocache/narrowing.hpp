/// \file
/// Conversions between element types that say what is lost.
#pragma once

#include "files/array.hpp"

namespace robocache::cli {

/// Whether every value of `values` is one of floating-point type `type`: whole numbers exactly,
/// others to a thousandth of their channel's range.
bool holds(element type, const array& values);

/// Whether finite values become infinite in a floating-point type.
bool overflows(element type, const array& values);

/// Makes element i NaN where it is infinite; whether it was.
bool mark_infinite(array& values, std::int64_t i);

/// Says on stderr, in one line that begins with `name`, what of `values` a floating-point type does
/// not hold; whether it said something.
bool tell_losses(const array& values, element type, const std::string& name);

/// `values` in a floating-point type. Those that it does not hold are said on stderr, in one line
/// for the array that begins with `name`; those beyond its largest become NaN, so that they are
/// marked invalid.
array narrowed(const array& values, element type, const std::string& name);

}  // namespace robocache::cli
