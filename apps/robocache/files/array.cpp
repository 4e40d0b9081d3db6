#include "files/array.hpp"

#include <exception>
#include <functional>
#include <numeric>
#include <utility>

#include "files/failure.hpp"
#include "files/memory.hpp"
#include "files/text.hpp"

namespace robocache::cli {
namespace {

struct type_info {
  dtype type;
  const char* name;
  std::size_t size;
};

constexpr type_info types[] = {
    {dtype::boolean, "bool", 1},    {dtype::int8, "int8", 1},       {dtype::int16, "int16", 2},
    {dtype::int32, "int32", 4},     {dtype::int64, "int64", 8},     {dtype::uint8, "uint8", 1},
    {dtype::uint16, "uint16", 2},   {dtype::uint32, "uint32", 4},   {dtype::uint64, "uint64", 8},
    {dtype::float16, "float16", 2}, {dtype::float32, "float32", 4}, {dtype::float64, "float64", 8},
};

}  // namespace

const char* name_of(dtype type) { return types[static_cast<std::size_t>(type)].name; }
std::size_t size_of(dtype type) { return types[static_cast<std::size_t>(type)].size; }

std::int64_t array::size() const {
  return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
}

double bytes_of(dtype type, const std::vector<std::int64_t>& shape) {
  auto bytes = static_cast<double>(size_of(type));
  for (const std::int64_t extent : shape) bytes *= static_cast<double>(extent);
  return bytes;
}

array make_array(dtype type, std::vector<std::int64_t> shape) {
  const double bytes = bytes_of(type, shape);
  const auto what = [&] {
    return std::string("an array of ") + name_of(type) + " " + shape_text(shape);
  };
  check_memory(bytes, what());
  array result{type, std::move(shape), {}};
  try {
    result.bytes.resize(static_cast<std::size_t>(result.size()) * size_of(type));
  } catch (const std::exception&) {
    shape = std::move(result.shape);
    throw memory_failure(what() + ": needs " + bytes_text(bytes) +
                         " of memory, which cannot be had");
  }
  return result;
}

double element(const array& values, std::int64_t i) {
  switch (values.type) {
    case dtype::boolean:
    case dtype::uint8:
      return values.as<std::uint8_t>()[i];
    case dtype::int8:
      return values.as<std::int8_t>()[i];
    case dtype::int16:
      return values.as<std::int16_t>()[i];
    case dtype::int32:
      return values.as<std::int32_t>()[i];
    case dtype::int64:
      return static_cast<double>(values.as<std::int64_t>()[i]);
    case dtype::uint16:
      return values.as<std::uint16_t>()[i];
    case dtype::uint32:
      return values.as<std::uint32_t>()[i];
    case dtype::uint64:
      return static_cast<double>(values.as<std::uint64_t>()[i]);
    case dtype::float16:
      return static_cast<float>(values.as<f16>()[i]);
    case dtype::float32:
      return values.as<float>()[i];
    case dtype::float64:
      break;
  }
  return values.as<double>()[i];
}

array converted(const array& values, dtype type) {
  array result = make_array(type, values.shape);
  for (std::int64_t i = 0; i < values.size(); ++i) {
    const double value = element(values, i);
    if (type == dtype::float64) {
      result.as<double>()[i] = value;
    } else if (type == dtype::float32) {
      result.as<float>()[i] = static_cast<float>(value);
    } else if (type == dtype::float16) {
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
