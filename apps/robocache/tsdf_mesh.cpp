#include "files/text.hpp"
#include "tsdf.hpp"

namespace robocache::cli {
namespace {

template <class T>
void append(std::string& text, const T* values, std::size_t count) {
  text.append(reinterpret_cast<const char*>(values), count * sizeof(T));
}

}  // namespace

std::string ply_text(const surface_mesh& mesh) {
  const std::size_t vertices = mesh.vertices.size() / 3, faces = mesh.triangles.size() / 3;
  std::string text = "ply\nformat binary_little_endian 1.0\n";
  text += format("element vertex %zu\n", vertices);
  for (const char* const name : {"x", "y", "z", "nx", "ny", "nz"}) {
    text += format("property float %s\n", name);
  }
  for (const char* const name : {"red", "green", "blue"}) {
    if (!mesh.colors.empty()) text += format("property uchar %s\n", name);
  }
  text += format("element face %zu\nproperty list uchar int vertex_indices\nend_header\n", faces);
  text.reserve(text.size() + vertices * 27 + faces * 13);
  for (std::size_t n = 0; n < vertices; ++n) {
    append(text, mesh.vertices.data() + 3 * n, 3);
    append(text, mesh.normals.data() + 3 * n, 3);
    if (!mesh.colors.empty()) append(text, mesh.colors.data() + 3 * n, 3);
  }
  for (std::size_t n = 0; n < faces; ++n) {
    text += '\3';
    append(text, mesh.triangles.data() + 3 * n, 3);
  }
  return text;
}

}  // namespace robocache::cli
