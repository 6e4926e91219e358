// The reprojection error of a point in a camera's picture: two residuals of 12 numbers, at 100 estimates of
// the camera and the point behind one measured place. A small dense Jacobian for each: what bundle adjustment
// asks for, once per observation.
//
// N. Snavely's camera: P = R(w) X + t, p = -(P.x, P.y) / P.z, and f (1 + k1 |p|^2 + k2 |p|^4) p is held
// against the picture. Source: S. Agarwal, N. Snavely, S. M. Seitz and R. Szeliski, "Bundle Adjustment in the
// Large", ECCV 2010. R(w) is Rodrigues' formula: with theta = |w| and the axis a = w / theta,
//     R X = cos(theta) X + sin(theta) a x X + (1 - cos(theta)) (a . X) a,
// and X + w x X where theta is 0.
#pragma once

#include <cmath>
#include <cstddef>
#include <random>
#include <span>
#include <string_view>
#include <vector>

#include "uniform.hpp"

namespace bench::problems::bundle_adjustment {

struct Problem {
    static constexpr std::string_view name = "bundle adjustment, 100 blocks 2x12";
    static constexpr std::size_t blocks = 100, outputs = 2;
    // A block's numbers: rotation w, translation t, focal length f, distortion k1 and k2; then the point X.
    static constexpr std::size_t w = 0, t = 3, f = 6, k1 = 7, k2 = 8, point = 9, block = 12;
    /// Where the point was seen, in pixels from the picture's centre.
    static constexpr double seen[2] = {120.5, -87.25};

    /// Each point lies 2 to 8 units before its camera, where the camera without distortion sees it some
    /// pixels beside `seen`.
    std::vector<double> inputs() const {
        std::mt19937_64 generator(9);
        std::vector<double> in;
        for (std::size_t b = 0; b < blocks; ++b) {
            double x[block];
            for (std::size_t i = 0; i < 3; ++i) x[w + i] = uniform(generator, -1.0, 1.0);
            for (std::size_t i = 0; i < 3; ++i) x[t + i] = uniform(generator, -0.5, 0.5);
            x[f] = uniform(generator, 400.0, 800.0);
            x[k1] = uniform(generator, -0.3, 0.1);
            x[k2] = uniform(generator, -0.05, 0.05);
            const double depth = uniform(generator, 2.0, 8.0);
            double before[3];
            for (std::size_t i = 0; i < 2; ++i)
                before[i] = depth * (seen[i] + uniform(generator, -3.0, 3.0)) / x[f] - x[t + i];
            before[2] = -depth - x[t + 2];
            const double back[3] = {-x[w], -x[w + 1], -x[w + 2]};
            rotate(back, before, x + point);
            in.insert(in.end(), x, x + block);
        }
        return in;
    }

    template <class T> void operator()(std::span<const T> x, std::span<T> y) const {
        T p[3];
        rotate(&x[w], &x[point], p);
        for (std::size_t i = 0; i < 3; ++i) p[i] += x[t + i];
        const T u = -p[0] / p[2];
        const T v = -p[1] / p[2];
        const T square = u * u + v * v;
        const T scale = x[f] * (1.0 + square * (x[k1] + x[k2] * square));
        y[0] = scale * u - seen[0];
        y[1] = scale * v - seen[1];
    }

    /// The chain of the camera's small Jacobians, from the residuals inwards.
    void hand(std::span<const double> x, std::span<double> y, std::span<double> jacobian) const {
        double r[3][3], of_w[3][3];  // d(R X) / dX = R, and d(R X) / dw
        rotation(&x[w], &x[point], r, of_w);
        double p[3];
        for (std::size_t i = 0; i < 3; ++i)
            p[i] = r[i][0] * x[point] + r[i][1] * x[point + 1] + r[i][2] * x[point + 2] + x[t + i];
        const double inverse = -1.0 / p[2];
        const double u[2] = {p[0] * inverse, p[1] * inverse}, square = u[0] * u[0] + u[1] * u[1];
        const double distortion = 1.0 + square * (x[k1] + x[k2] * square), scale = x[f] * distortion;
        const double slope = 2.0 * x[f] * (x[k1] + 2.0 * x[k2] * square);  // d scale = slope (u du + v dv)
        for (std::size_t o = 0; o < 2; ++o) {
            double* const row = &jacobian[o * block];
            y[o] = scale * u[o] - seen[o];
            double of_u[2] = {slope * u[o] * u[0], slope * u[o] * u[1]};
            of_u[o] += scale;
            const double of_p[3] = {of_u[0] * inverse, of_u[1] * inverse,
                                    (of_u[0] * u[0] + of_u[1] * u[1]) * inverse};
            for (std::size_t j = 0; j < 3; ++j) {
                row[w + j] = of_p[0] * of_w[0][j] + of_p[1] * of_w[1][j] + of_p[2] * of_w[2][j];
                row[t + j] = of_p[j];
                row[point + j] = of_p[0] * r[0][j] + of_p[1] * r[1][j] + of_p[2] * r[2][j];
            }
            row[f] = distortion * u[o];
            row[k1] = x[f] * square * u[o];
            row[k2] = row[k1] * square;
        }
    }

private:
    template <class T> static void rotate(const T* by, const T* x, T* rotated) {
        using std::sin, std::cos, std::sqrt;
        const T square = by[0] * by[0] + by[1] * by[1] + by[2] * by[2];
        if (square > 0.0) {
            const T theta = sqrt(square);
            const T c = cos(theta);
            const T s = sin(theta);
            const T a[3] = {by[0] / theta, by[1] / theta, by[2] / theta};
            const T along = (1.0 - c) * (a[0] * x[0] + a[1] * x[1] + a[2] * x[2]);
            rotated[0] = c * x[0] + s * (a[1] * x[2] - a[2] * x[1]) + along * a[0];
            rotated[1] = c * x[1] + s * (a[2] * x[0] - a[0] * x[2]) + along * a[1];
            rotated[2] = c * x[2] + s * (a[0] * x[1] - a[1] * x[0]) + along * a[2];
        } else {
            rotated[0] = x[0] + by[1] * x[2] - by[2] * x[1];
            rotated[1] = x[1] + by[2] * x[0] - by[0] * x[2];
            rotated[2] = x[2] + by[0] * x[1] - by[1] * x[0];
        }
    }

    /// R = c I + s [a]x + (1 - c) a a^T, and d(R X) / dw = -[R X]x J with the left Jacobian of the rotations
    /// J = (s / theta) I + (1 - s / theta) a a^T + ((1 - c) / theta) [a]x, where [a]x b = a x b. Source: T.
    /// D. Barfoot, "State Estimation for Robotics" (2017), ch. 7.
    static void rotation(const double* by, const double* x, double (&r)[3][3], double (&of_w)[3][3]) {
        const double square = by[0] * by[0] + by[1] * by[1] + by[2] * by[2];
        if (!(square > 0.0)) {
            combine(r, 1.0, 1.0, 0.0, by);
            cross(of_w, x);
            return;
        }
        const double theta = std::sqrt(square), inverse = 1.0 / theta;
        const double c = std::cos(theta), s = std::sin(theta);
        const double a[3] = {by[0] * inverse, by[1] * inverse, by[2] * inverse};
        combine(r, c, s, 1.0 - c, a);
        double j[3][3];
        combine(j, s * inverse, (1.0 - c) * inverse, 1.0 - s * inverse, a);
        double rotated[3], left[3][3];
        for (std::size_t i = 0; i < 3; ++i) rotated[i] = r[i][0] * x[0] + r[i][1] * x[1] + r[i][2] * x[2];
        cross(left, rotated);
        for (std::size_t i = 0; i < 3; ++i)
            for (std::size_t k = 0; k < 3; ++k)
                of_w[i][k] = left[i][0] * j[0][k] + left[i][1] * j[1][k] + left[i][2] * j[2][k];
    }
    /// m = identity I + turn [a]x + outer a a^T.
    static void combine(double (&m)[3][3], double identity, double turn, double outer, const double* a) {
        for (std::size_t i = 0; i < 3; ++i) {
            const std::size_t k = (i + 1) % 3, l = (i + 2) % 3;
            m[i][i] = identity + outer * a[i] * a[i];
            m[i][k] = outer * a[i] * a[k] - turn * a[l];
            m[i][l] = outer * a[i] * a[l] + turn * a[k];
        }
    }
    /// m = -[a]x.
    static void cross(double (&m)[3][3], const double* a) {
        for (std::size_t i = 0; i < 3; ++i) {
            const std::size_t k = (i + 1) % 3, l = (i + 2) % 3;
            m[i][i] = 0.0;
            m[i][k] = a[l];
            m[i][l] = -a[k];
        }
    }
};

}  // namespace bench::problems::bundle_adjustment
