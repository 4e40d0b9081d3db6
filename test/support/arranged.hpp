// A padded problem with all its arrays laid out with strides among guard elements.
#pragma once

#include "layout.hpp"
#include "problem.hpp"

namespace test {

template <class T, class Time>
class arranged_problem {
 public:
  arranged_problem(const problem<T, Time>& p, const arrangement& how)
      : problem_(p),
        how_(how),
        source_(p.source, p.batch, p.samples, p.channels, how),
        times_(p.times, p.batch, 1, p.samples, how),
        targets_(p.targets, p.batch, 1, p.queries, how),
        output_(p.batch, p.queries, p.channels, how),
        valid_(p.batch, 1, p.queries, how),
        age_(p.batch, 1, p.queries, how) {}

  /// `place(vector)` as for `resample` of a problem.
  template <class Executor, class Place>
  void run(const Executor& executor, const Place& place) {
    robocache::resample_report<Time> report;
    report.valid = valid_.table(place(valid_.memory));
    report.age = age_.table(place(age_.memory));
    robocache::resample(executor, source_.cube(place(source_.memory)),
                        times_.table(place(times_.memory)), targets_.table(place(targets_.memory)),
                        output_.cube(place(output_.memory)), problem_.options, report);
  }

  /// Calls `f` on the memory of every output.
  template <class F>
  void for_each_output(const F& f) {
    f(output_.memory);
    f(valid_.memory);
    f(age_.memory);
  }

  /// What differs from dense arrays, guard elements included; an empty text when nothing does.
  [[nodiscard]] std::string difference_from(const outcome<T, Time>& dense) const {
    const auto& p = problem_;
    const auto tell = [](const char* name, std::int64_t at) {
      return at < 0 ? std::string() : std::string(name) + "[" + std::to_string(at) + "] ";
    };
    const laid_out<T> output(dense.output, p.batch, p.queries, p.channels, how_);
    const laid_out<std::uint8_t> valid(dense.valid, p.batch, 1, p.queries, how_);
    const laid_out<Time> age(dense.age, p.batch, 1, p.queries, how_);
    return tell("output", first_difference(output_.memory, output.memory)) +
           tell("valid", first_difference(valid_.memory, valid.memory)) +
           tell("age", first_difference(age_.memory, age.memory));
  }

 private:
  problem<T, Time> problem_;
  arrangement how_;
  laid_out<T> source_;
  laid_out<Time> times_, targets_;
  laid_out<T> output_;
  laid_out<std::uint8_t> valid_;
  laid_out<Time> age_;
};

/// Calls `f(problem, arrangement)` over odd and even widths, pairwise and other kinds.
template <class T, class F>
void for_each_arrangement(const F& f) {
  using robocache::interpolation;
  random_source random(sizeof(T));
  constexpr wildness padded = {0.1, true, false, true};
  for (const std::int64_t width : {1, 2, 3, 7, 8, 13, 14, 31, 32, 33, 64, 100}) {
    const auto other = width < 5 ? robocache::channel_groups(interpolation::pchip)
                                 : robocache::channel_groups({{4, interpolation::slerp_xyzw},
                                                              {width - 4, interpolation::cubic}});
    for (const auto& how : all_arrangements) {
      f(make_problem<T, std::int64_t>(random, 3, 11, 23, width, interpolation::linear, padded),
        how);
      f(make_problem<T, double>(random, 2, 9, 17, width, other, padded), how);
    }
  }
}

}  // namespace test
