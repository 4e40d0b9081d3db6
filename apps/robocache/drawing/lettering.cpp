#include "drawing/lettering.hpp"

#include <cstring>

namespace robocache::cli {
namespace {

/// Strokes of points: a digit for x and a letter for y. 'd' is the baseline, 'j' the height of an
/// x, 'm' that of a capital; in upper case the line turns sharply there, else in a curve.
struct glyph {
  char letter;
  int width;
  const char* strokes;
};

constexpr glyph glyphs[] = {
    {'0', 8, "4D8d8G8J8m4M0m0J0G0d4D"},
    {'1', 5, "1K5M5D"},
    {'2', 8, "0K0m4M8m8K8i5G0D8D"},
    {'3', 8, "0K1m4M8m8i3I8i8d4D0d0F"},
    {'4', 8, "6D6M0G8G"},
    {'5', 8, "7M1M0H2j4J8j8G8d4D1d0E"},
    {'6', 8, "7L6m4M0m0H0G0d4D8d8G8j4J1j0G"},
    {'7', 8, "0M8M3D"},
    {'8', 8, "4I7i7m4M1m1i4I8i8d4D0d0i4I"},
    {'9', 8, "1E2d4D8d8I8J8m4M0m0J0g4G7g8J"},
    {'A', 8, "0D4M8D 1G7G"},
    {'B', 8, "0D0M4M7m7i4I0I 4I8i8d4D0D"},
    {'C', 8, "8K8m4M0m0J0G0d4D8d8F"},
    {'D', 8, "0D0M3M8m8J8G8d3D0D"},
    {'E', 7, "7M0M0D7D 0I6I"},
    {'F', 7, "7M0M0D 0I6I"},
    {'G', 8, "8K8m4M0m0J0G0d4D8d8H5H"},
    {'H', 8, "0D0M 8D8M 0I8I"},
    {'I', 4, "0D4D 2D2M 0M4M"},
    {'J', 6, "6M6G6d3D0d0F"},
    {'K', 8, "0D0M 7M0G 2I8D"},
    {'L', 7, "0M0D7D"},
    {'M', 9, "0D0M4F5F9M9D"},
    {'N', 8, "0D0M8D8M"},
    {'O', 9, "4D9d9m5M4M0m0d4D5D"},
    {'P', 8, "0D0M4M8m8h4H0H"},
    {'Q', 9, "4D9d9m5M4M0m0d4D5D 6F9D"},
    {'R', 8, "0D0M4M8m8h4H0H 4H8D"},
    {'S', 8, "8K8m4M0m0i4I8i8d4D0d0F"},
    {'T', 8, "0M8M 4M4D"},
    {'U', 8, "0M0G0d4D8d8G8M"},
    {'V', 8, "0M4D8M"},
    {'W', 9, "0M2D4K5K7D9M"},
    {'X', 8, "0M8D 8M0D"},
    {'Y', 8, "0M4H8M 4H4D"},
    {'Z', 8, "0M8M0D8D"},
    {'a', 6, "3D6d6j3J0j0d3D 6J6D"},
    {'b', 6, "3D6d6j3J0j0d3D 0M0D"},
    {'c', 6, "6I5j3J0j0d3D5d6E"},
    {'d', 6, "3D6d6j3J0j0d3D 6M6D"},
    {'e', 6, "0G6G6j3J0j0d3D5d6E"},
    {'f', 5, "5M2m2J2D 0J5J"},
    {'g', 6, "3D6d6j3J0j0d3D 6J6D6a3A1a0B"},
    {'h', 6, "0D0M 0G0j3J6j6G6D"},
    {'i', 0, "0D0J 0M0M"},
    {'j', 2, "2J2D2a0A 2M2M"},
    {'k', 6, "0D0M 6J0F 2G6D"},
    {'l', 0, "0M0D"},
    {'m', 8, "0D0J 0G0j2J4j4G4D 4G4j6J8j8G8D"},
    {'n', 6, "0D0J 0G0j3J6j6G6D"},
    {'o', 6, "3D6d6j3J0j0d3D"},
    {'p', 6, "3D6d6j3J0j0d3D 0J0A"},
    {'q', 6, "3D6d6j3J0j0d3D 6J6A"},
    {'r', 4, "0D0J 0G0j3J4J"},
    {'s', 6, "6I6j3J0j0g3G6g6d3D0d0E"},
    {'t', 5, "2L2F2d4D5D 0J5J"},
    {'u', 6, "0J0G0d3D6d6G 6J6D"},
    {'v', 6, "0J3D6J"},
    {'w', 8, "0J2D4J6D8J"},
    {'x', 6, "0J6D 6J0D"},
    {'y', 6, "0J3D 6J1A"},
    {'z', 6, "0J6J0D6D"},
    {' ', 3, ""},
    {'.', 0, "0D0D"},
    {',', 1, "1D0B"},
    {':', 0, "0D0D 0J0J"},
    {';', 1, "1D0B 1J1J"},
    {'-', 6, "0H6H"},
    {'+', 8, "0H8H 4E4K"},
    {'=', 8, "0F8F 0J8J"},
    {'<', 7, "7K0H7E"},
    {'>', 7, "0K7H0E"},
    {'_', 7, "0C7C"},
    {'/', 6, "0C6N"},
    {'(', 3, "3N0k0e3B"},
    {')', 3, "0N3k3e0B"},
    {'[', 3, "3N0N0B3B"},
    {']', 3, "0N3N3B0B"},
    {'%', 9, "0D9M 2M4m4i2I0i0m2M 7H9h9d7D5d5h7H"},
    {'\'', 0, "0M0K"},
    {'#', 8, "1D3M 5D7M 0G8G 0J8J"},
    {'!', 0, "0M0G 0D0D"},
    {'?', 6, "0K0m3M6m6i3I3G 3D3D"},
};

// Of the distance between two baselines.
constexpr double row = 0.075;
constexpr double column = row * 0.68;
constexpr double gap = row * 2.9;
constexpr int steps = 6;  // of a curve

const glyph& find_glyph(char letter) {
  for (const glyph& g : glyphs) {
    if (g.letter == letter) return g;
  }
  return find_glyph('?');
}

spot middle(spot a, spot b) { return {(a.x + b.x) / 2, (a.y + b.y) / 2}; }

/// A parabola from the end of `line` towards `bend` and on to `to`.
void add_curve(polyline& line, spot bend, spot to) {
  const spot from = line.back();
  for (int i = 1; i <= steps; ++i) {
    const double t = static_cast<double>(i) / steps, s = 1 - t;
    line.push_back({s * s * from.x + 2 * s * t * bend.x + t * t * to.x,
                    s * s * from.y + 2 * s * t * bend.y + t * t * to.y});
  }
}

polyline stroke_of(const char* points, std::size_t count, double size, spot origin) {
  const auto is_smooth = [&](std::size_t i) { return points[2 * i + 1] >= 'a'; };
  const auto place = [&](std::size_t i) {
    const char y = points[2 * i + 1];
    const int height = y - (is_smooth(i) ? 'd' : 'D');
    return spot{origin.x + (points[2 * i] - '0') * column * size, origin.y - height * row * size};
  };
  polyline line{place(0)};
  for (std::size_t i = 1; i < count; ++i) {
    if (!is_smooth(i)) {
      line.push_back(place(i));
    } else {
      const bool next_bends = is_smooth(i + 1);
      add_curve(line, place(i), next_bends ? middle(place(i), place(i + 1)) : place(i + 1));
    }
  }
  return line;
}

}  // namespace

std::vector<polyline> letters(const std::string& text, double size, spot& at) {
  std::vector<polyline> lines;
  for (const char letter : text) {
    const auto byte = static_cast<unsigned char>(letter);
    if ((byte & 0xc0) == 0x80) continue;  // continues a character
    const glyph& g = find_glyph(letter);
    for (const char* stroke = g.strokes; *stroke != '\0';) {
      const std::size_t length = std::strcspn(stroke, " ");
      lines.push_back(stroke_of(stroke, length / 2, size, at));
      stroke += length + (stroke[length] == ' ' ? 1 : 0);
    }
    at.x += (g.width * column + gap) * size;
  }
  return lines;
}

}  // namespace robocache::cli
