#include "files/npy.hpp"

#include <algorithm>
#include <cstdint>

#include "files/failure.hpp"
#include "files/npy_header.hpp"

namespace robocache::cli {
namespace {

void swap_bytes(array& values) {
  const auto size = static_cast<std::ptrdiff_t>(bytes_each(values.type));
  for (auto at = values.bytes.begin(); at != values.bytes.end(); at += size) {
    std::reverse(at, at + size);
  }
}

/// The places of elements in the order of the file: with the last index running fastest, or with
/// the first one, as NumPy saves a transposed array.
class element_order {
 public:
  explicit element_order(const npy_layout& layout)
      : shape_(layout.shape),
        strides_(shape_.size(), 1),
        index_(shape_.size(), 0),
        is_fortran_(layout.fortran_order) {
    for (std::size_t r = shape_.size(); r-- > 1;) strides_[r - 1] = strides_[r] * shape_[r];
  }

  [[nodiscard]] bool is_plain() const { return !is_fortran_ || shape_.size() < 2; }
  [[nodiscard]] std::int64_t place() const { return place_; }
  void next() {
    if (is_plain()) {
      ++place_;
      return;
    }
    for (std::size_t r = 0; r < shape_.size(); ++r) {
      place_ += strides_[r];
      if (++index_[r] < shape_[r]) return;
      place_ -= strides_[r] * shape_[r];
      index_[r] = 0;
    }
  }

 private:
  std::vector<std::int64_t> shape_, strides_, index_;
  bool is_fortran_;
  std::int64_t place_ = 0;
};

/// One field of all elements.
array read_field(const std::byte* elements, const npy_layout& layout, const npy_field& field) {
  std::vector<std::int64_t> shape = layout.shape;
  shape.insert(shape.end(), field.shape.begin(), field.shape.end());
  array result = make_array(field.type, std::move(shape));
  result.date = field.date;
  element_order order(layout);
  if (order.is_plain() && field.size == layout.item_size) {
    std::copy(elements, elements + layout.size, result.bytes.begin());
  } else {
    for (std::size_t at = field.offset; at < layout.size; at += layout.item_size, order.next()) {
      std::copy_n(elements + at, field.size,
                  result.bytes.begin() + order.place() * static_cast<std::int64_t>(field.size));
    }
  }
  if (field.is_swapped) swap_bytes(result);
  return result;
}

std::string names_of(const npy_layout& layout) {
  std::string names;
  for (const npy_field& f : layout.fields) names += (names.empty() ? "" : ", ") + f.name;
  return names;
}

}  // namespace

array parse_npy(const std::byte* bytes, std::size_t size, const std::string& where) {
  const npy_layout layout = parse_npy_header(bytes, size, where);
  if (layout.is_structured) {
    bad_input(where +
              ": expected a plain element type, got a structured one; name one of its fields " +
              names_of(layout) + " behind a point, as in ARRAY.FIELD");
  }
  return read_field(bytes + layout.start, layout, layout.fields.front());
}

std::vector<named_field> parse_npy_fields(const std::byte* bytes, std::size_t size,
                                          const std::string& where) {
  const npy_layout layout = parse_npy_header(bytes, size, where);
  std::vector<named_field> result;
  for (const npy_field& field : layout.fields) {
    result.push_back({field.name, read_field(bytes + layout.start, layout, field),
                      static_cast<std::int64_t>(layout.size / layout.item_size),
                      static_cast<std::int64_t>(field.size / bytes_each(field.type))});
  }
  return result;
}

std::string npy_header(const array& values) {
  const std::string text = npy_descr(values);
  if (text.empty()) bad_input(std::string("npy files hold no ") + numpy_name(values.type));
  std::string header = "{'descr': '" + text +
                       "', 'fortran_order': False, 'shape': " + shape_text(values.shape) + ", }";
  // The elements start at a multiple of 64 bytes, and the header ends with a line end.
  const std::size_t before = npy_magic.size() + 4;
  header.append(63 - (before + header.size()) % 64, ' ');
  header += '\n';
  std::string result(npy_magic);
  result += {'\x01', '\x00', static_cast<char>(header.size() & 0xff),
             static_cast<char>(header.size() >> 8)};
  return result + header;
}

}  // namespace robocache::cli
