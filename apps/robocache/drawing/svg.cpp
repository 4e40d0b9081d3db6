#include "drawing/svg.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "drawing/svg_elements.hpp"
#include "drawing/ticks.hpp"

namespace robocache::cli {
namespace {

constexpr double head_height = 84, foot_height = 24;
constexpr double margin = 28, between = 34;
constexpr double axis_left = 58, axis_bottom = 40, title_height = 26;
constexpr double strip_height = 26, tick_height = 9;  // of stamps
constexpr double plot_height = 150;
constexpr double figure_width = 1180;
constexpr int most_bytes = 400000;
constexpr int bytes_per_column = 2 * 5 * 13;  // two series, up to four points and a tick each
constexpr double marker_spacing = 7;

constexpr const char* style = R"(<style>
text{font-family:Inter,"Helvetica Neue",Helvetica,Arial,"DejaVu Sans",sans-serif;fill:#334155}
.h1{font-size:19px;font-weight:600;fill:#0f172a}
.h2{font-size:13px;fill:#64748b}
.name{font-size:13px;font-weight:600;fill:#0f172a}
.tick{font-size:11px;fill:#64748b}
.label{font-size:12px}
.grid{stroke:#e7ebf0;stroke-width:1}
.axis{stroke:#94a3b8;stroke-width:1;fill:none}
.gap{fill:#fbe3b3;fill-opacity:.75}
.stamps{stroke:#5c97d6;stroke-width:1;fill:none}
.targets{stroke:#b3124f;stroke-width:1;fill:none}
.dots{stroke:#a8c8ee;stroke-width:6;stroke-linecap:round;fill:none}
.sparse{stroke-width:9}
.curve{stroke:#b3124f;stroke-width:1.4;stroke-linejoin:round;stroke-linecap:round;fill:none}
.marks{stroke:#b3124f;stroke-width:3.6;stroke-linecap:round;fill:none}
</style>
)";

/// Beyond, the height of a panel could overflow.
constexpr double largest_drawn = 1e300;

bool is_drawn(double v) { return std::fabs(v) <= largest_drawn; }
bool is_drawn(const point& p) { return is_drawn(p.x) && is_drawn(p.y); }

struct range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  void include(double x) {
    if (!is_drawn(x)) return;
    low = std::min(low, x);
    high = std::max(high, x);
  }
  /// Not empty, and with some air where asked.
  [[nodiscard]] range widened(double air) const {
    if (!(low <= high)) return {0, 1};
    const double least = std::max({std::fabs(low), std::fabs(high), 1e-300}) * 1e-12;
    if (high - low <= least) {
      const double half = std::max(std::fabs(low) * 0.1, 1e-3);
      return {low - half, high + half};
    }
    const double extra = (high - low) * air;
    return {low - extra, high + extra};
  }
};

/// Where a panel's axes lie on the page, and what they show.
struct frame {
  double left, top, width, height;
  range x, y;

  [[nodiscard]] double page_x(double v) const {
    return left + width * (v - x.low) / (x.high - x.low);
  }
  [[nodiscard]] double page_y(double v) const {
    return top + height * (y.high - v) / (y.high - y.low);
  }
  [[nodiscard]] point on_page(const point& p) const { return {page_x(p.x), page_y(p.y)}; }
};

std::string dots(const frame& f, const std::vector<point>& points) {
  std::string d;
  for (const point& p : points) {
    if (!is_drawn(p)) continue;
    const point at = f.on_page(p);
    d += "M" + pixel(at.x) + " " + pixel(at.y) + "h0";
  }
  return d;
}

std::string curve(const frame& f, const std::vector<point>& points, bool steps) {
  std::string d;
  bool drawing = false;
  for (const point& p : points) {
    if (!is_drawn(p)) {
      drawing = false;
      continue;
    }
    const point at = f.on_page(p);
    if (drawing && steps) {
      d += "H" + pixel(at.x) + "V" + pixel(at.y);
    } else {
      d += (drawing ? "L" : "M") + pixel(at.x) + " " + pixel(at.y);
      // A lone point between two interruptions still shows, as a dot.
      if (!drawing) d += "h0";
    }
    drawing = true;
  }
  return d;
}

/// Vertical ticks at ascending `times`, no closer than `spacing` on the page.
std::string ticks_at(const frame& f, const std::vector<double>& times, double y, double spacing) {
  std::string d;
  double last = -std::numeric_limits<double>::infinity();
  for (const double time : times) {
    const double x = f.page_x(time);
    if (!is_drawn(time) || x - last < spacing) continue;
    d += "M" + pixel(x) + " " + pixel(y) + "v" + pixel(tick_height);
    last = x;
  }
  return d;
}

/// The stamps, and below them those of the curve's points that are drawn.
std::string draw_strip(const panel& p, const frame& f, int columns) {
  std::vector<double> targets;
  for (const point& at : p.curve) {
    if (is_drawn(at)) targets.push_back(at.x);
  }
  const double spacing = f.width / columns;
  const double top = f.top - strip_height;
  return path("stamps", ticks_at(f, p.stamps, top, spacing)) +
         path("targets", ticks_at(f, targets, top + tick_height + 3, spacing));
}

std::string draw_axes(const frame& f, const std::string& x_label) {
  std::string out;
  const auto ticks = [](const range& r, int about) {
    const auto all = axis_ticks(r.low, r.high, about);
    return std::make_pair(all, all.size() > 1 ? all[1] - all[0] : 1.0);
  };
  const auto [ys, y_step] = ticks(f.y, 5);
  for (const double v : ys) {
    out += line("grid", f.left, f.page_y(v), f.left + f.width, f.page_y(v));
    out += text_at(f.left - 7, f.page_y(v) + 4, "tick", "end", tick_text(v, y_step));
  }
  const auto [xs, x_step] = ticks(f.x, static_cast<int>(f.width / 75));
  for (const double v : xs) {
    out += line("axis", f.page_x(v), f.top + f.height, f.page_x(v), f.top + f.height + 4);
    out += text_at(f.page_x(v), f.top + f.height + 17, "tick", "middle", tick_text(v, x_step));
  }
  out += path("axis", "M" + pixel(f.left) + " " + pixel(f.top) + "V" + pixel(f.top + f.height) +
                          "H" + pixel(f.left + f.width));
  if (!x_label.empty()) {
    out += text_at(f.left + f.width / 2, f.top + f.height + 34, "label", "middle", x_label);
  }
  return out;
}

std::string draw_panel(const panel& p, const frame& f, int columns, const std::string& x_label) {
  const double strip = p.stamps.empty() ? 0 : strip_height;
  std::string out = text_at(f.left, f.top - strip - 9, "name", "start", p.title);
  for (const auto& [from, to] : p.gaps) {
    const double x0 = f.page_x(std::clamp(from, f.x.low, f.x.high));
    const double x1 = f.page_x(std::clamp(to, f.x.low, f.x.high));
    out += rectangle("gap", x0, f.top - strip, std::max(x1 - x0, 1.0), f.height + strip);
  }
  if (!p.stamps.empty()) out += draw_strip(p, f, columns);
  out += draw_axes(f, x_label);
  const auto is_sparse = [&](const std::vector<point>& points) {
    return static_cast<double>(points.size()) * marker_spacing < f.width;
  };
  out += path(is_sparse(p.samples) ? "dots sparse" : "dots",
              dots(f, decimated(p.samples, f.x.low, f.x.high, columns)));
  out += path("curve", curve(f, decimated(p.curve, f.x.low, f.x.high, columns), p.steps));
  if (is_sparse(p.curve)) out += path("marks", dots(f, p.curve));
  return out;
}

double text_width(const std::string& text) { return 6.8 * static_cast<double>(text.size()); }

/// Where there are strips, each series shows as a tick above its mark.
std::string draw_legend(const figure& f, bool has_gaps, bool has_strips) {
  const double y = 38;
  double x = figure_width - margin;
  std::string out;
  const auto place = [&](const std::string& label) {
    x -= text_width(label);
    out += text_at(x, y + 4, "label", "start", label);
    x -= 32;
  };
  if (has_gaps) {
    place(f.gaps_label);
    out += rectangle("gap", x, y - 7, 24, 14);
    x -= 18;
  }
  const double mark = has_strips ? y + 5 : y;
  const auto ticks = [&](const char* kind) {
    const std::string tick = "v" + pixel(tick_height) + "m6 " + pixel(-tick_height);
    std::string d = "M" + pixel(x) + " " + pixel(y - 9);
    for (int i = 0; i < 5; ++i) d += tick;
    return has_strips ? path(kind, d) : "";
  };
  place(f.curve_label);
  out += line("curve", x, mark, x + 24, mark) + ticks("targets");
  x -= 18;
  place(f.samples_label);
  out += path("dots", "M" + pixel(x + 3) + " " + pixel(mark) + "h0m9 0h0m9 0h0") + ticks("stamps");
  return out;
}

/// Gaps closer than `distance` are drawn as one, so that many of them stay a small file.
std::vector<std::pair<double, double>> merged(std::vector<std::pair<double, double>> gaps,
                                              double distance) {
  std::sort(gaps.begin(), gaps.end());
  std::vector<std::pair<double, double>> result;
  for (const auto& gap : gaps) {
    if (!result.empty() && gap.first - result.back().second <= distance) {
      result.back().second = std::max(result.back().second, gap.second);
    } else {
      result.push_back(gap);
    }
  }
  return result;
}

/// "; 8 of 36 channels are drawn", where there are more than panels.
std::string left_out_text(const std::vector<panel>& panels) {
  std::int64_t channels = 0;
  for (const panel& p : panels) channels = std::max(channels, p.out_of);
  const auto drawn = static_cast<std::int64_t>(panels.size());
  if (channels <= drawn) return "";
  return "; " + std::to_string(drawn) + " of " + std::to_string(channels) + " channels are drawn";
}

}  // namespace

std::vector<point> decimated(const std::vector<point>& points, double low, double high,
                             int columns) {
  if (points.size() <= static_cast<std::size_t>(4 * columns)) return points;
  std::vector<point> result;
  const auto column_of = [&](const point& p) {
    const double at = (p.x - low) / (high - low) * columns;
    return at >= 0 ? std::min(std::floor(at), static_cast<double>(columns)) : 0.0;
  };
  for (std::size_t i = 0; i < points.size();) {
    if (!is_drawn(points[i])) {
      if (result.empty() || is_drawn(result.back())) result.push_back(points[i]);
      ++i;
      continue;
    }
    const double column = column_of(points[i]);
    std::size_t end = i, lowest = i, highest = i;
    for (; end < points.size() && is_drawn(points[end]) && column_of(points[end]) == column;
         ++end) {
      if (points[end].y < points[lowest].y) lowest = end;
      if (points[end].y > points[highest].y) highest = end;
    }
    std::size_t keep[] = {i, lowest, highest, end - 1};
    std::sort(std::begin(keep), std::end(keep));
    const auto unique = std::unique(std::begin(keep), std::end(keep));
    std::for_each(std::begin(keep), unique, [&](std::size_t k) { result.push_back(points[k]); });
    i = end;
  }
  return result;
}

std::string draw(const figure& f) {
  const std::size_t count = f.panels.size();
  const std::size_t across = f.across > 0 ? static_cast<std::size_t>(f.across) : count > 3 ? 2 : 1;
  const bool has_strips = std::any_of(f.panels.begin(), f.panels.end(),
                                      [](const panel& p) { return !p.stamps.empty(); });
  const double above = title_height + (has_strips ? strip_height : 0);
  const std::size_t down = (count + across - 1) / across;
  const double cell_width =
      (figure_width - 2 * margin - between * static_cast<double>(across - 1)) /
      static_cast<double>(across);
  const double cell_height = above + plot_height + axis_bottom;
  const double height = head_height + cell_height * static_cast<double>(down) + foot_height;
  const double width = cell_width - axis_left;
  const int affordable =
      most_bytes / bytes_per_column / static_cast<int>(std::max<std::size_t>(count, 1));
  const int columns = std::clamp(static_cast<int>(width), 8, std::max(affordable, 8));

  range x;
  bool has_gaps = false;
  for (const panel& p : f.panels) {
    for (const point& s : p.samples) x.include(s.x);
    for (const point& c : p.curve) x.include(c.x);
    has_gaps = has_gaps || !p.gaps.empty();
  }
  x = x.widened(0);

  std::string out = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " +
                    pixel(figure_width) + " " + pixel(height) + "\" width=\"" +
                    pixel(figure_width) + "\" height=\"" + pixel(height) + "\">\n";
  out += style;
  out += "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n";
  out += text_at(margin, 38, "h1", "start", f.title);
  out += text_at(margin, 60, "h2", "start", f.subtitle + left_out_text(f.panels));
  out += draw_legend(f, has_gaps, has_strips);

  for (std::size_t i = 0; i < count; ++i) {
    panel p = f.panels[i];
    range y;
    for (const point& s : p.samples) y.include(s.y);
    for (const point& c : p.curve) y.include(c.y);
    const double left =
        margin + axis_left + (cell_width + between) * static_cast<double>(i % across);
    const double top = head_height + above + cell_height * static_cast<double>(i / across);
    const frame axes{left, top, width, plot_height, x, y.widened(0.06)};
    p.gaps = merged(p.gaps, (x.high - x.low) / columns);
    out += draw_panel(p, axes, columns, i + across >= count ? f.x_label : "");
  }
  return out + "</svg>\n";
}

}  // namespace robocache::cli
