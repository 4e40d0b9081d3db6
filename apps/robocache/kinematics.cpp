#include "kinematics.hpp"

#include <algorithm>
#include <cmath>
#include <robocache/kinematics/convert.hpp>
#include <robocache/kinematics/inverse_kinematics.hpp>

#include "drawing/svg.hpp"
#include "files/failure.hpp"
#include "files/npz.hpp"
#include "files/output.hpp"
#include "named_files.hpp"
#include "terminal.hpp"

namespace robocache::cli {
namespace {

/// Column c of rows (N, C).
panel panel_of(const array& rows, std::int64_t c, const std::string& title) {
  const std::int64_t columns = rows.shape[1];
  panel p;
  p.title = title;
  for (std::int64_t n = 0; n < rows.shape[0]; ++n) {
    p.curve.push_back({static_cast<double>(n), rows.as<double>()[n * columns + c]});
  }
  return p;
}

void plot_rows(const std::string& path, const std::string& title, const array& rows,
               const std::vector<std::string>& names) {
  if (path.empty()) return;
  figure f;
  f.title = title;
  f.x_label = "row";
  f.curve_label = "path";
  for (std::size_t c = 0; c < names.size(); ++c) {
    f.panels.push_back(panel_of(rows, static_cast<std::int64_t>(c), names[c]));
  }
  write_file(path, draw(f));
}

/// The largest value that a share of them is not above; NaN counts as the largest.
double percentile(std::vector<double> values, double share) {
  if (values.empty()) return NAN;
  for (double& v : values) v = std::isnan(v) ? INFINITY : v;
  std::sort(values.begin(), values.end());
  const double at = std::ceil(share * static_cast<double>(values.size())) - 1;
  return values[static_cast<std::size_t>(std::max(at, 0.0))];
}

std::string percentiles_text(const array& errors, const char* unit) {
  const std::vector<double> values(errors.as<double>(), errors.as<double>() + errors.size());
  return format("median %.3g, 99 %% %.3g, largest %.3g %s", percentile(values, 0.5),
                percentile(values, 0.99), percentile(values, 1.0), unit);
}

std::string rate_text(std::int64_t rows, double seconds) {
  return duration_text(seconds) +
         format(", %.3g thousand rows/s\n", static_cast<double>(rows) / seconds * 1e-3);
}

/// Poses as (N, 4, 4), or as (N, 7) where the order of quaternions is known.
pose_form form_of(const ik_command& command, const named_rows& poses) {
  const auto& shape = poses.values.shape;
  const bool is_4x4 = shape.size() == 3 && shape[1] == 4 && shape[2] == 4;
  const bool is_quaternion = shape.size() == 2 && shape[1] == 7;
  if (is_4x4 && !command.quaternion.has_value()) return pose_form::matrix_4x4();
  if (is_quaternion && command.quaternion.has_value()) return *command.quaternion;
  if (is_quaternion) {
    bad_usage("--quaternion: expected xyzw or wxyz, since " + poses.name + " has 7 columns");
  }
  bad_input(poses.name + ": expected shape " +
            (command.quaternion.has_value() ? "(N, 7)" : "(N, 4, 4) or (N, 7)") + ", got " +
            shape_text(shape));
}

/// What `ik` writes.
struct solutions {
  array q, position_error, rotation_error, converged, iterations;
  std::int32_t jumps = 0;
  double seconds = 0;

  solutions(std::int64_t rows, std::int64_t columns)
      : q(make_array(element::f64, {rows, columns})),
        position_error(make_array(element::f64, {rows})),
        rotation_error(make_array(element::f64, {rows})),
        converged(make_array(element::u8, {rows})),
        iterations(make_array(element::i32, {rows})) {}

  [[nodiscard]] std::int64_t rows() const { return q.shape[0]; }
};

inverse_options<double> options_of(const ik_command& command, const pose_form& form) {
  inverse_options<double> options;
  options.form = form;
  options.position_tolerance = command.position_tolerance;
  options.rotation_tolerance = command.rotation_tolerance;
  options.seeds = command.seeds;
  return options;
}

void solve(const ik_command& command, const named_chain& of, const named_rows& poses,
           const pose_form& form, solutions& out) {
  const std::int64_t rows = out.rows(), columns = of.columns(), width = form.width();
  const auto options = options_of(command, form);
  const auto* const targets = poses.values.as<double>();
  const cpu executor(command.threads);
  const stopwatch clock;
  if (command.track) {
    track_report<double> report;
    report.position_error = {out.position_error.as<double>(), {1, rows, 1}};
    report.rotation_error = {out.rotation_error.as<double>(), {1, rows, 1}};
    report.converged = {out.converged.as<std::uint8_t>(), {1, rows}};
    report.iterations = {out.iterations.as<std::int32_t>(), {1, rows}};
    report.jumps = {&out.jumps, {1}};
    track(executor, of.model, view(targets, {1, rows, width}),
          view(out.q.as<double>(), {1, rows, columns}), options, report);
  } else {
    inverse_report<double> report;
    report.position_error = {out.position_error.as<double>(), {rows, 1}};
    report.rotation_error = {out.rotation_error.as<double>(), {rows, 1}};
    report.converged = {out.converged.as<std::uint8_t>(), {rows}};
    report.iterations = {out.iterations.as<std::int32_t>(), {rows}};
    inverse_kinematics(executor, of.model, view(targets, {rows, width}),
                       view(out.q.as<double>(), {rows, columns}), options, report);
  }
  out.seconds = clock.seconds();
}

void print_solutions(const ik_command& command, const named_chain& of, const solutions& found) {
  const auto* const converged = found.converged.as<std::uint8_t>();
  const auto count = std::count(converged, converged + found.rows(), 1);
  print("columns of q: " + order_text(of) + "\n");
  print(format("%lld of %lld poses converged, %.2f %%", static_cast<long long>(count),
               static_cast<long long>(found.rows()),
               100 * static_cast<double>(count) /
                   static_cast<double>(std::max<std::int64_t>(found.rows(), 1))) +
        (command.track ? format("; %d jumps of more than 0.5 rad or m", found.jumps) : "") + "\n");
  print("position error: " + percentiles_text(found.position_error, "m") + "\n");
  print("rotation error: " + percentiles_text(found.rotation_error, "rad") + "\n");
  print(rate_text(found.rows(), found.seconds));
  print_written({command.output, command.plot});
}

std::string limit_text(double limit) { return std::isfinite(limit) ? format("%.6g", limit) : ""; }

const char* kind_text(joint_kind kind) {
  constexpr const char* names[] = {"fixed",     "revolute", "continuous",
                                   "prismatic", "floating", "planar"};
  return names[static_cast<int>(kind)];
}

std::string mimic_text(const joint& j) {
  return j.mimics.empty() ? ""
                          : format("%g * ", j.multiplier) + j.mimics + format(" + %g", j.offset);
}

}  // namespace

void run(const fk_command& command) {
  check_files({{"the robot", command.robot.path}, {"--joints", file_of_rows(command.joints)}},
              {{"--output", command.output}, {"--plot", command.plot}});
  const named_chain of = read_chain(command.robot);
  const array q = bound_columns(read_rows(command.joints, "--joints"), command.names, of);
  const std::int64_t rows = q.shape[0];
  array pose = make_array(element::f64, {rows, 4, 4}),
        quaternion = make_array(element::f64, {rows, 4}),
        position = make_array(element::f64, {rows, 3});
  const cpu executor(command.threads);
  motion_options<double> options;
  options.form = pose_form::matrix_4x4();
  const stopwatch clock;
  forward_kinematics(executor, of.model, view(q.as<double>(), {rows, of.columns()}),
                     view(pose.as<double>(), {rows, 16}), options);
  const double seconds = clock.seconds();
  std::vector<double> both(static_cast<std::size_t>(rows * 7));
  convert_poses(executor, view<const double, 3>(pose.as<double>(), {1, rows, 16}),
                pose_form::matrix_4x4(), view(both.data(), {1, rows, 7}),
                rotation_form::quaternion_wxyz);
  for (std::int64_t n = 0; n < rows; ++n) {
    const double* const row = both.data() + 7 * n;
    std::copy(row, row + 3, position.as<double>() + 3 * n);
    std::copy(row + 3, row + 7, quaternion.as<double>() + 4 * n);
  }
  write_npz(command.output,
            {{"position", &position}, {"quaternion_wxyz", &quaternion}, {"pose", &pose}});
  plot_rows(command.plot, "position of " + command.robot.link, position,
            {"x (m)", "y (m)", "z (m)"});
  print("columns: " + (command.names.empty() ? order_text(of) : "by --names") + "\n");
  print(std::to_string(rows) + " poses of " + printable(command.robot.link) + "; " +
        rate_text(rows, seconds));
  print_written({command.output, command.plot});
}

void run(const ik_command& command) {
  check_files({{"the robot", command.robot.path}, {"--poses", file_of_rows(command.poses)}},
              {{"--output", command.output}, {"--plot", command.plot}});
  const named_chain of = read_chain(command.robot);
  const named_rows poses = read_rows(command.poses, "--poses");
  const pose_form form = form_of(command, poses);
  solutions found(poses.values.shape[0], of.columns());
  solve(command, of, poses, form, found);
  write_npz(command.output, {{"q", &found.q},
                             {"position_error", &found.position_error},
                             {"rotation_error", &found.rotation_error},
                             {"converged", &found.converged},
                             {"iterations", &found.iterations}});
  plot_rows(command.plot, "joints to " + command.robot.link, found.q, of.joints);
  print_solutions(command, of, found);
}

void run_robot_info(const std::string& path) {
  const robot of = read_robot(path);
  std::vector<std::vector<std::string>> rows{
      {"joint", "type", "parent", "child", "lower", "upper", "velocity", "mimics"}};
  int moving = 0;
  for (const int number : of.descending()) {
    const joint& j = of.joints()[static_cast<std::size_t>(number)];
    if (is_moving(j.kind) && j.mimics.empty()) ++moving;
    rows.push_back({j.name, kind_text(j.kind), j.parent, j.child, limit_text(j.lower),
                    limit_text(j.upper), limit_text(j.velocity), mimic_text(j)});
  }
  print(printable(path) + ": robot " + printable(of.name()) + ", " +
        std::to_string(of.links().size()) + " links below " + printable(of.root()) + ", " +
        std::to_string(of.joints().size()) + " joints, " + std::to_string(moving) +
        " of which move by themselves\n\n" + table(rows));
}

}  // namespace robocache::cli
