#include "files/array.hpp"

#include <exception>
#include <functional>
#include <numeric>
#include <utility>

#include "files/failure.hpp"
#include "files/memory.hpp"
#include "files/text.hpp"

namespace robocache::cli {

const char* numpy_name(element type) {
  constexpr const char* names[] = {"bool",    "int8",    "int16",  "int32",  "int64",
                                   "uint8",   "uint16",  "uint32", "uint64", "bfloat16",
                                   "float16", "float32", "float64"};
  return names[static_cast<std::size_t>(type)];
}

std::string type_text(const array& values) {
  if (values.date.empty()) return numpy_name(values.type);
  return (values.date[0] == 'M' ? "datetime64" : "timedelta64") + values.date.substr(2);
}

std::int64_t array::size() const {
  return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
}

double bytes_of(element type, const std::vector<std::int64_t>& shape) {
  auto bytes = static_cast<double>(bytes_each(type));
  for (const std::int64_t extent : shape) bytes *= static_cast<double>(extent);
  return bytes;
}

array make_array(element type, std::vector<std::int64_t> shape) {
  const double bytes = bytes_of(type, shape);
  const auto what = [&] {
    return std::string("an array of ") + numpy_name(type) + " " + shape_text(shape);
  };
  check_memory(bytes, what());
  array result{type, std::move(shape), {}, {}};
  try {
    result.bytes.resize(static_cast<std::size_t>(result.size()) * bytes_each(type));
  } catch (const std::exception&) {
    shape = std::move(result.shape);
    throw memory_failure(what() + ": needs " + bytes_text(bytes) +
                         " of memory, which cannot be had");
  }
  return result;
}

double number_at(const array& values, std::int64_t i) {
  switch (values.type) {
    case element::boolean:
    case element::u8:
      return values.as<std::uint8_t>()[i];
    case element::i8:
      return values.as<std::int8_t>()[i];
    case element::i16:
      return values.as<std::int16_t>()[i];
    case element::i32:
      return values.as<std::int32_t>()[i];
    case element::i64:
      return static_cast<double>(values.as<std::int64_t>()[i]);
    case element::u16:
      return values.as<std::uint16_t>()[i];
    case element::u32:
      return values.as<std::uint32_t>()[i];
    case element::u64:
      return static_cast<double>(values.as<std::uint64_t>()[i]);
    case element::f16:
      return static_cast<float>(values.as<f16>()[i]);
    case element::f32:
      return values.as<float>()[i];
    case element::bf16:
      return static_cast<float>(values.as<bf16>()[i]);
    case element::f64:
      break;
  }
  return values.as<double>()[i];
}

array converted(const array& values, element type) {
  array result = make_array(type, values.shape);
  for (std::int64_t i = 0; i < values.size(); ++i) {
    const double value = number_at(values, i);
    if (type == element::f64) {
      result.as<double>()[i] = value;
    } else if (type == element::f32) {
      result.as<float>()[i] = static_cast<float>(value);
    } else if (type == element::f16) {
      result.as<f16>()[i] = f16(static_cast<float>(value));
    }
  }
  return result;
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text = "(";
  for (std::size_t r = 0; r < shape.size(); ++r) {
    text += (r == 0 ? "" : ", ") + std::to_string(shape[r]);
  }
  return text + (shape.size() == 1 ? ",)" : ")");
}

}  // namespace robocache::cli
