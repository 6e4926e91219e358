// The determinant of a matrix of 20 rows by elimination with partial pivoting: code that chooses by its
// values. Its gradient is the matrix of cofactors (Jacobi's formula, 1841): d det / dA = det A^-T.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "uniform.hpp"

namespace bench::problems::determinant {

struct Problem {
    static constexpr std::string_view name = "determinant 20 x 20, by LU";
    static constexpr std::size_t n = 20;

    /// Row by row.
    std::vector<double> inputs() const { return uniform(8, n * n, -1.0, 1.0); }

    template <class T> T operator()(std::span<const T> in) const {
        std::vector<T> a(in.begin(), in.end());
        std::array<T*, n> row;  // changes places instead of its numbers
        for (std::size_t i = 0; i < n; ++i) row[i] = &a[i * n];
        T determinant = 1.0;
        for (std::size_t k = 0; k < n; ++k) {
            std::size_t best = k;
            T largest = magnitude(row[k][k]);
            for (std::size_t i = k + 1; i < n; ++i) {
                const T candidate = magnitude(row[i][k]);
                if (candidate > largest) best = i, largest = candidate;
            }
            if (best != k) {
                std::swap(row[best], row[k]);
                determinant = -determinant;
            }
            const T& pivot = row[k][k];
            determinant *= pivot;
            for (std::size_t i = k + 1; i < n; ++i) {
                const T factor = row[i][k] / pivot;
                for (std::size_t j = k + 1; j < n; ++j) row[i][j] -= factor * row[k][j];
            }
        }
        return determinant;
    }

    /// For regular matrices. With P A = L U: A^-T = P^T (U^T L^T)^-1, solved for all columns at once, in
    /// loops over rows.
    double hand(std::span<const double> in, std::span<double> gradient) const {
        double a[n][n];
        std::size_t from[n];
        const double determinant = factorise(in, a, from);

        double y[n][n] = {};  // U^T y = det I: lower triangular
        for (std::size_t i = 0; i < n; ++i) {
            y[i][i] = determinant;
            for (std::size_t k = 0; k < i; ++k)
                for (std::size_t j = 0; j <= k; ++j) y[i][j] -= a[k][i] * y[k][j];
            const double inverse = 1.0 / a[i][i];
            for (std::size_t j = 0; j <= i; ++j) y[i][j] *= inverse;
        }
        for (std::size_t i = n; i-- > 0;) {  // L^T x = y
            for (std::size_t k = i + 1; k < n; ++k)
                for (std::size_t j = 0; j < n; ++j) y[i][j] -= a[k][i] * y[k][j];
            for (std::size_t j = 0; j < n; ++j) gradient[from[i] * n + j] = y[i][j];
        }
        return determinant;
    }

private:
    template <class T> static T magnitude(const T& x) {
        if (x < 0.0) return -x;
        return x;
    }

    /// L below the diagonal of a, U on it and above; row i came from row from[i].
    static double factorise(std::span<const double> in, double (&a)[n][n], std::size_t (&from)[n]) {
        for (std::size_t i = 0; i < n; ++i) {
            from[i] = i;
            for (std::size_t j = 0; j < n; ++j) a[i][j] = in[i * n + j];
        }
        double determinant = 1.0;
        for (std::size_t k = 0; k < n; ++k) {
            std::size_t best = k;
            for (std::size_t i = k + 1; i < n; ++i)
                if (std::abs(a[i][k]) > std::abs(a[best][k])) best = i;
            if (best != k) {
                std::swap(a[best], a[k]);
                std::swap(from[best], from[k]);
                determinant = -determinant;
            }
            determinant *= a[k][k];
            for (std::size_t i = k + 1; i < n; ++i) {
                a[i][k] /= a[k][k];
                for (std::size_t j = k + 1; j < n; ++j) a[i][j] -= a[i][k] * a[k][j];
            }
        }
        return determinant;
    }
};

}  // namespace bench::problems::determinant
