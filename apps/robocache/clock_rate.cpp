#include "clock_rate.hpp"

#include <charconv>
#include <numeric>
#include <utility>

#include "files/failure.hpp"
#include "files/memory.hpp"
#include "files/text.hpp"
#include "terminal.hpp"

namespace robocache::cli {
namespace {

constexpr double lowest = 1e-9, highest = 1e15;          // Hz
constexpr std::int64_t most_seconds = 4000000000;        // nanoseconds of it fit 64 bits
constexpr std::int64_t most_targets = 1000000000000000;  // exact as a double

__extension__ typedef __int128 wide;  // NOLINT(modernize-use-using): __extension__ takes no using

/// All of `text` as a number.
template <class T>
std::optional<T> parse_all(const char* begin, const char* end) {
  T value{};
  const auto parsed = std::from_chars(begin, end, value);
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return value;
}

bool is_fraction(double targets, double seconds) {
  return targets >= 1 && targets <= static_cast<double>(most_targets) && seconds >= 1 &&
         seconds <= static_cast<double>(most_seconds);
}

/// The first convergent of the continued fraction that rounds to `hz`.
std::optional<clock_rate> fraction_of(double hz) {
  double p = 1, q = 0, p_before = 0, q_before = 1;
  long double rest = hz;
  for (int step = 0; step < 64; ++step) {
    const auto whole = static_cast<double>(std::floor(rest));
    const double p_next = whole * p + p_before, q_next = whole * q + q_before;
    p_before = p;
    q_before = q;
    p = p_next;
    q = q_next;
    if (p >= 1 && p / q == hz) break;
    rest = 1 / (rest - static_cast<long double>(whole));
  }
  if (!is_fraction(p, q) || p / q != hz) return std::nullopt;
  return clock_rate{static_cast<std::int64_t>(p), static_cast<std::int64_t>(q)};
}

std::optional<clock_rate> parse_fraction(const std::string& text, std::size_t slash) {
  const char* data = text.data();
  const auto targets = parse_all<std::int64_t>(data, data + slash);
  const auto seconds = parse_all<std::int64_t>(data + slash + 1, data + text.size());
  if (!targets.has_value() || !seconds.has_value()) return std::nullopt;
  if (!is_fraction(static_cast<double>(*targets), static_cast<double>(*seconds))) {
    return std::nullopt;
  }
  const std::int64_t common = std::gcd(*targets, *seconds);
  return clock_rate{*targets / common, *seconds / common};
}

bool fits(const clock_rate& rate, std::int64_t targets) {
  std::int64_t reach = 0;
  return !__builtin_mul_overflow(step_of(rate).nanoseconds, targets, &reach);
}

/// The last convergent of the rate's continued fraction that fits, else a target a second.
clock_rate simpler(const clock_rate& rate, std::int64_t targets) {
  clock_rate best, before{1, 0}, last{0, 1};
  for (std::int64_t a = rate.targets, b = rate.seconds; b > 0;) {
    const std::int64_t whole = a / b;
    const clock_rate next{whole * before.targets + last.targets,
                          whole * before.seconds + last.seconds};
    if (next.targets > 0 && !fits(next, targets)) break;
    if (next.targets > 0) best = next;
    last = before;
    before = next;
    a = std::exchange(b, a % b);
  }
  return best;
}

std::string fraction_text(const clock_rate& rate) {
  return std::to_string(rate.targets) + "/" + std::to_string(rate.seconds);
}

}  // namespace

nanosecond_step step_of(const clock_rate& rate) {
  const std::int64_t nanoseconds = rate.seconds * 1000000000;
  const std::int64_t common = std::gcd(nanoseconds, rate.targets);
  return {rate.targets / common, nanoseconds / common};
}

clock_rate fitting_rate(const clock_rate& rate, std::int64_t targets) {
  if (fits(rate, targets)) return rate;
  const clock_rate taken = simpler(rate, targets);
  const double moved = static_cast<double>(targets) * std::fabs(taken.period() - rate.period());
  const std::string text = "--rate " + fraction_text(rate) + ": the nanoseconds of " +
                           std::to_string(targets) +
                           " targets of this fraction do not fit 64 bits; ";
  if (!(moved <= rate.period() / 1000)) {
    bad_usage(text + "expected one of smaller numbers, such as " + fraction_text(taken));
  }
  complain("note: " + text + fraction_text(taken) +
           format(" is taken, which moves the last target by %.2g s", moved));
  return taken;
}

std::optional<clock_rate> parse_rate(const std::string& text) {
  const std::size_t slash = text.find('/');
  if (slash != std::string::npos) return parse_fraction(text, slash);
  const auto hz = parse_all<double>(text.data(), text.data() + text.size());
  if (!hz.has_value() || !(*hz >= lowest && *hz <= highest)) return std::nullopt;
  return fraction_of(*hz);
}

std::int64_t nanoseconds_of(std::int64_t k, const clock_rate& rate) {
  return static_cast<std::int64_t>(wide(k) * rate.seconds * 1000000000 / rate.targets);
}

void check_span(double seconds, const clock_rate& rate) {
  constexpr double century = 4e9;
  if (seconds < century) return;
  bad_usage(
      format("--rate %g: expected stamps within a century, got %g s of them", rate.hz(), seconds));
}

void check_targets(double targets, const clock_rate& rate, double target_bytes) {
  const double bytes = targets * target_bytes, available = available_memory();
  if (bytes <= std::min(available, 0x1p62)) return;
  bad_usage(format("--rate %g: %.6g targets of %g bytes each need %.6g bytes (", rate.hz(), targets,
                   target_bytes, bytes) +
            bytes_text(bytes) + ") of memory, and " + bytes_text(available) + " are free");
}

}  // namespace robocache::cli
