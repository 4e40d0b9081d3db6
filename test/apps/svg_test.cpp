#include "drawing/svg.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "drawing/ticks.hpp"
#include "support/catch.hpp"

namespace {

using namespace robocache::cli;  // NOLINT

constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

/// Whether tags nest and close, attributes are quoted and no stray < or & is left.
bool is_well_formed(const std::string& text) {
  std::vector<std::string> open;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '&') {
      const std::string rest = text.substr(at, 6);
      if (rest.find("&lt;") != 0 && rest.find("&gt;") != 0 && rest.find("&amp;") != 0 &&
          rest.find("&quot;") != 0) {
        return false;
      }
    }
    if (text[at] != '<') continue;
    const std::size_t end = text.find('>', at);
    if (end == std::string::npos) return false;
    const std::string tag = text.substr(at + 1, end - at - 1);
    if (count(tag, "\"") % 2 != 0 || tag.find('<') != std::string::npos) return false;
    if (tag[0] == '/') {
      if (open.empty() || open.back() != tag.substr(1)) return false;
      open.pop_back();
    } else if (tag.back() != '/') {
      open.push_back(tag.substr(0, tag.find_first_of(" \n")));
    }
    at = end;
  }
  return open.empty();
}

/// The numbers of all path data.
std::vector<double> coordinates(const std::string& svg) {
  std::vector<double> numbers;
  for (std::size_t at = svg.find(" d=\""); at != std::string::npos;
       at = svg.find(" d=\"", at + 1)) {
    std::string data = svg.substr(at + 4, svg.find('"', at + 4) - at - 4);
    for (char& c : data) {
      if (std::isalpha(static_cast<unsigned char>(c)) != 0) c = ' ';
    }
    const char* next = data.c_str();
    for (char* end = nullptr;; next = end) {
      const double value = std::strtod(next, &end);
      if (end == next) break;
      numbers.push_back(value);
    }
  }
  return numbers;
}

panel wave(std::size_t samples, std::size_t targets) {
  panel p;
  p.title = "wave";
  for (std::size_t i = 0; i < samples; ++i) {
    const double x = static_cast<double>(i) / static_cast<double>(samples) * 10;
    p.samples.push_back({x, std::sin(x)});
  }
  for (std::size_t i = 0; i < targets; ++i) {
    const double x = static_cast<double>(i) / static_cast<double>(targets) * 10;
    p.curve.push_back({x, std::sin(x)});
  }
  return p;
}

void check_sane(const std::string& svg) {
  CHECK(is_well_formed(svg));
  CHECK(svg.find("nan") == std::string::npos);
  CHECK(svg.find("inf") == std::string::npos);
  CHECK(svg.size() < 500000);
  for (const double x : coordinates(svg)) {
    if (!(x > -100 && x < 20000)) FAIL("a coordinate of " << x);
  }
}

}  // namespace

TEST_CASE("svg: a figure has its parts") {
  figure f;
  f.title = "A <title> & \"more\"";
  f.subtitle = "sub";
  f.x_label = "time (s)";
  f.panels = {wave(200, 50)};
  f.panels[0].gaps = {{2, 3}};
  const std::string svg = draw(f);
  check_sane(svg);
  CHECK(svg.find("A &lt;title&gt; &amp; &quot;more&quot;") != std::string::npos);
  CHECK(svg.find(">wave<") != std::string::npos);
  CHECK(count(svg, ">time (s)<") == 1);
  CHECK(count(svg, ">samples<") == 1);
  CHECK(count(svg, ">resampled<") == 1);
  CHECK(count(svg, "class=\"gap\"") == 2);  // one in the plot, one in the legend
  CHECK(count(svg, "class=\"curve\"") == 2);
  CHECK(count(svg, ">0.5<") == 1);  // a tick of y
  CHECK(count(svg, ">10<") == 0);   // x ends before 10
  CHECK(count(svg, ">8<") == 1);    // a tick of x
}

TEST_CASE("svg: the legend names gaps only where there are some") {
  figure f;
  f.panels = {wave(20, 20)};
  CHECK(draw(f).find(f.gaps_label) == std::string::npos);
}

TEST_CASE("svg: a point lies where its axes say") {
  figure f;
  panel p;
  p.samples = {{0, 0}, {10, 10}, {5, 5}};
  f.panels = {p};
  const std::string svg = draw(f);
  // The third dot is half way between the first two.
  const std::size_t at = svg.find("class=\"dots sparse\" d=\"M");
  REQUIRE(at != std::string::npos);
  double x[3], y[3];
  REQUIRE(std::sscanf(svg.c_str() + at, "class=\"dots sparse\" d=\"M%lf %lfh0M%lf %lfh0M%lf %lfh0",
                      x, y, x + 1, y + 1, x + 2, y + 2) == 6);
  CHECK(x[0] < x[1]);
  CHECK(y[0] > y[1]);  // up is smaller
  CHECK(std::fabs(x[2] - (x[0] + x[1]) / 2) <= 0.11);
  CHECK(std::fabs(y[2] - (y[0] + y[1]) / 2) <= 0.11);
}

TEST_CASE("svg: long recordings stay small") {
  for (const std::size_t panels : {1U, 8U, 64U}) {
    figure f;
    for (std::size_t i = 0; i < panels; ++i)
      f.panels.push_back(wave(panels > 8 ? 20000 : 200000, 100000));
    for (panel& p : f.panels) {
      for (int k = 0; k < 5000; ++k) p.gaps.emplace_back(k * 0.002, k * 0.002 + 0.0001);
    }
    const std::string svg = draw(f);
    INFO(panels << " panels, " << svg.size() << " bytes");
    check_sane(svg);
  }
}

TEST_CASE("svg: values that cannot be drawn") {
  const std::vector<std::vector<point>> cases = {
      {},
      {{0, 0}},
      {{none, 1}, {2, none}, {infinity, 3}, {4, -infinity}},
      {{0, none}, {1, none}},
      {{5, 7}, {5, 7}},
      {{0, -1.7e308}, {1, 1.7e308}},
      {{0, 0x1p-1074}, {1, 0}},
      {{1.7e18, 1}, {1.7e18 + 512, 2}},
      {{0, 1e300}, {1e-300, 1e300}},
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    INFO("case " << i);
    figure f;
    panel p;
    p.title = std::string("control \x01 character");
    p.samples = cases[i];
    p.curve = cases[i];
    p.steps = i % 2 == 1;
    f.panels = {p, p, p, p};
    check_sane(draw(f));
  }
  check_sane(draw(figure{}));
}

TEST_CASE("svg: a point that is not finite interrupts the curve") {
  figure f;
  panel p;
  p.curve = {{0, 0}, {1, 1}, {2, none}, {3, 1}, {4, 0}};
  f.panels = {p};
  const std::string svg = draw(f);
  const std::size_t at = svg.rfind("class=\"curve\" d=\"");
  REQUIRE(at != std::string::npos);
  const std::string data = svg.substr(at, svg.find("/>", at) - at);
  CHECK(count(data, "M") == 2);
  CHECK(count(data, "L") == 2);
}

TEST_CASE("svg: decimation keeps the extremes of every pixel") {
  std::vector<point> points;
  unsigned state = 1;
  for (int i = 0; i < 100000; ++i) {
    state = state * 1664525U + 1013904223U;
    points.push_back({i * 1e-5, static_cast<double>(state >> 8)});
  }
  points[54321].y = none;
  const auto kept = decimated(points, 0, 1, 500);
  CHECK(kept.size() <= 4 * 503);
  CHECK(kept.front().x == points.front().x);
  CHECK(kept.back().x == points.back().x);
  CHECK(std::is_sorted(kept.begin(), kept.end(), [](point a, point b) { return a.x < b.x; }));
  CHECK(std::count_if(kept.begin(), kept.end(), [](point p) { return std::isnan(p.y); }) == 1);
  for (int column = 0; column < 500; ++column) {
    const auto range_of = [&](const std::vector<point>& from) {
      std::pair<double, double> r{infinity, -infinity};
      for (const point& p : from) {
        if (std::floor(p.x * 500) != column || std::isnan(p.y)) continue;
        r = {std::min(r.first, p.y), std::max(r.second, p.y)};
      }
      return r;
    };
    if (range_of(points) != range_of(kept)) FAIL("column " << column);
  }
}

TEST_CASE("svg: few points are all kept") {
  const auto p = wave(100, 0).samples;
  CHECK(decimated(p, 0, 10, 25).size() == 100);
}

TEST_CASE("svg: ticks are round and lie within") {
  CHECK(axis_ticks(0, 10, 5) == std::vector<double>{0, 2, 4, 6, 8, 10});
  CHECK(axis_ticks(-1, 1, 4) == std::vector<double>{-1, -0.5, 0, 0.5, 1});
  CHECK(axis_ticks(0.2, 5.7, 5) == std::vector<double>{2, 4});
  for (const auto& [low, high] : std::vector<std::pair<double, double>>{
           {0, 1e-9}, {1e9, 1e9 + 1}, {-3e30, 2e30}, {5.4999, 5.5}, {-0.1, 0.3}}) {
    const auto ticks = axis_ticks(low, high, 6);
    INFO(low << " to " << high << ": " << ticks.size() << " ticks");
    CHECK(ticks.size() >= 2);
    CHECK(ticks.size() <= 16);
    CHECK(std::is_sorted(ticks.begin(), ticks.end()));
    const double slack = (high - low) * 1e-6;
    CHECK(ticks.front() >= low - slack);
    CHECK(ticks.back() <= high + slack);
  }
}

TEST_CASE("svg: stamps are ticks above those of the points that are drawn") {
  figure f;
  panel p;
  p.stamps = {0, 1, 2, 2.5, 4};
  p.curve = {{0, 1}, {1, none}, {2, 1}, {4, 2}};
  f.panels = {p};
  const auto ticks = [](const std::string& svg, const std::string& kind) {
    const std::size_t at = svg.rfind("<path class=\"" + kind + "\"");
    REQUIRE(at != std::string::npos);
    return count(svg.substr(at, svg.find("/>", at) - at), "v9");
  };
  CHECK(ticks(draw(f), "stamps") == 5);
  CHECK(ticks(draw(f), "targets") == 3);
  CHECK(is_well_formed(draw(f)));

  // As many as there are pixels, however many stamps there are.
  f.panels[0].stamps.clear();
  for (int i = 0; i < 1000000; ++i) f.panels[0].stamps.push_back(i * 4e-6);
  CHECK(ticks(draw(f), "stamps") > 500);
  CHECK(ticks(draw(f), "stamps") < 1200);

  f.panels[0].stamps.clear();
  CHECK(draw(f).find("class=\"stamps\"") == std::string::npos);
  CHECK(draw(f).find("class=\"targets\"") == std::string::npos);
}

TEST_CASE("svg: panels side by side") {
  figure f;
  f.panels.resize(4);
  const auto height = [&](int across) {
    f.across = across;
    const std::string svg = draw(f);
    return std::strtod(svg.c_str() + svg.find(" height=\"") + 9, nullptr);
  };
  CHECK(height(0) == height(2));
  CHECK(height(1) > 1.7 * height(2));
  CHECK(height(4) < height(2));
}

TEST_CASE("svg: names that are not UTF-8 or not XML leave it well formed") {
  figure f;
  f.title = "caf\xc3\xa9 \xe9\xff \xc3";          // UTF-8, Latin-1, cut off
  f.subtitle = "\xed\xa0\x80 \xc0\xaf \x1b[31m";  // a surrogate, an overlong slash, a control
  f.x_label = "\xef\xbf\xbe \xef\xbf\xbf \xf0\x9f\xa4\x96";
  f.panels.push_back(wave(10, 10));
  f.panels.back().title = "\xf5\x80\x80\x80";
  const std::string svg = draw(f);
  CHECK(is_well_formed(svg));
  const std::string mark = "\xef\xbf\xbd";
  CHECK(svg.find(">caf\xc3\xa9 " + mark + mark + " " + mark + "<") != std::string::npos);
  CHECK(svg.find(">" + mark + mark + mark + " " + mark + mark + " ?[31m<") != std::string::npos);
  CHECK(svg.find(">" + mark + " " + mark + " \xf0\x9f\xa4\x96<") != std::string::npos);
  CHECK(svg.find(">" + mark + mark + mark + mark + "<") != std::string::npos);
}

TEST_CASE("svg: a figure of fewer panels than channels says so") {
  figure f;
  f.subtitle = "linear";
  f.panels.resize(8);
  for (panel& p : f.panels) p.out_of = 36;
  CHECK(draw(f).find(">linear; 8 of 36 channels are drawn<") != std::string::npos);
  for (panel& p : f.panels) p.out_of = 8;
  CHECK(draw(f).find(">linear<") != std::string::npos);
}
