// Eigen's matrices of Values: its own algorithms and wengert's solve(), held to closed forms.
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <tuple>
#include <vector>

#include <Eigen/Cholesky>

#include <wengert/eigen.hpp>
#include <wengert/error.hpp>
#include <wengert/products.hpp>

#include "support/error_of.hpp"

namespace {

using namespace wengert;
using Eigen::MatrixXd;
using Eigen::VectorXd;
template <class T> using MatrixX = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;
template <class T> using VectorX = Eigen::Matrix<T, Eigen::Dynamic, 1>;
template <class X> using NumberOf = typename std::remove_cvref_t<X>::Scalar;

const VectorXd weights{{1.0, -2.0, 0.5}};

MatrixXd dense() { return MatrixXd{{4.0, 1.0, -2.0}, {0.5, 3.0, 1.0}, {1.0, -1.0, 5.0}}; }
MatrixXd identity() { return MatrixXd::Identity(3, 3); }
MatrixXd diagonal() { return MatrixXd{{2.0, 0.0, 0.0}, {0.0, -4.0, 0.0}, {0.0, 0.0, 0.5}}; }
MatrixXd upper() { return MatrixXd{{2.0, 1.0, -3.0}, {0.0, 4.0, 2.0}, {0.0, 0.0, -1.0}}; }
MatrixXd positive() { return dense() * dense().transpose(); }

std::vector<MatrixXd> matrices() {
    return {identity(), diagonal(), upper(), MatrixXd(upper().transpose()), dense()};
}
std::vector<VectorXd> right_sides() {
    return {VectorXd::Zero(3), VectorXd{{0.0, 1.0, 0.0}}, VectorXd{{1.0, 2.0, -3.0}}};
}

void expect_near(const MatrixXd& got, const MatrixXd& wanted, double tolerance = 1e-12) {
    ASSERT_EQ(got.rows(), wanted.rows());
    ASSERT_EQ(got.cols(), wanted.cols());
    EXPECT_LE((got - wanted).cwiseAbs().maxCoeff(), tolerance * (1.0 + wanted.cwiseAbs().maxCoeff()))
        << got << "\nwanted\n"
        << wanted;
}
MatrixXd to_eigen(const Matrix<double>& m) {
    using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    return Eigen::Map<const Rows>(m.numbers().data(), static_cast<Eigen::Index>(m.rows()),
                                  static_cast<Eigen::Index>(m.columns()));
}

// For x = A^-1 b and weights w: d(w^T x)/db = A^-T w, d(w^T x)/dA = -A^-T w x^T.
struct Adjoints {
    MatrixXd matrix;
    VectorXd right_side;
};
Adjoints adjoints_of_inverse(const MatrixXd& a, const VectorXd& b) {
    const MatrixXd inverse = a.inverse();
    const VectorXd u = inverse.transpose() * weights;
    return {-u * (inverse * b).transpose(), u};
}
// f: (A, b) -> x.
template <class F> Adjoints adjoints_by_tape(const F& f, const MatrixXd& a, const VectorXd& b) {
    const auto g =
        gradient([&](const auto& m, const auto& v) { return f(m, v).dot(weights); }, std::tuple{a, b});
    return {std::get<0>(g), std::get<1>(g)};
}
template <class F> void expect_inverse(const F& f, const MatrixXd& a, const VectorXd& b) {
    SCOPED_TRACE(testing::Message() << "A =\n" << a << "\nb = " << b.transpose());
    const Adjoints got = adjoints_by_tape(f, a, b), wanted = adjoints_of_inverse(a, b);
    expect_near(got.matrix, wanted.matrix);
    expect_near(got.right_side, wanted.right_side);
}

const auto by_solve = [](const auto& a, const auto& b) { return solve(a, b); };
const auto by_lu = [](const auto& a, const auto& b) -> VectorX<NumberOf<decltype(b)>> {
    return a.partialPivLu().solve(b);
};
const auto by_llt = [](const auto& a, const auto& b) -> VectorX<NumberOf<decltype(b)>> {
    return a.llt().solve(b);
};
const auto by_normal_equations = [](const auto& a, const auto& b) -> VectorX<NumberOf<decltype(b)>> {
    const auto t = a.transpose();
    if (a.rows() >= a.cols()) return (t * a).eval().partialPivLu().solve((t * b).eval());
    return t * (a * t).eval().partialPivLu().solve(b).eval();
};

// ---- Points and results ----

TEST(EigenPoint, GradientHasTheShapeOfTheVectorOrMatrix) {
    const Eigen::Vector2d x(3.0, 4.0);
    const Eigen::Vector2d g = gradient([](const auto& v) { return v.squaredNorm() + v.norm(); }, x);
    expect_near(g, Eigen::Vector2d(6.6, 8.8));
    const Eigen::Matrix<double, 2, 3, Eigen::RowMajor> m{{1.0, 2.0, 3.0}, {4.0, 5.0, 6.0}};
    const auto by_m = gradient([](const auto& v) { return v(0, 1) * v(1, 2); }, m);
    static_assert(std::same_as<decltype(by_m), const Eigen::Matrix<double, 2, 3, Eigen::RowMajor>>);
    expect_near(by_m, MatrixXd{{0.0, 6.0, 0.0}, {0.0, 0.0, 2.0}});
    const Eigen::ArrayXd a{{1.0, 4.0}};
    const Eigen::ArrayXd by_a = gradient([](const auto& v) { return v.sqrt().sum(); }, a);
    expect_near(by_a.matrix(), VectorXd{{0.5, 0.25}});
}

TEST(EigenPoint, JacobianJvpVjpAndHessianTakeVectors) {
    const MatrixXd a = dense().topRows(2);
    const auto f = [&](const auto& x) { return (a * x).array().square().matrix().eval(); };
    const VectorXd x{{1.0, -1.0, 2.0}}, direction{{0.5, 1.0, 0.0}}, u{{1.0, 3.0}};
    const MatrixXd j = (2.0 * (a * x)).asDiagonal() * a;
    expect_near(to_eigen(jacobian(f, x)), j);
    const VectorXd forward = jvp(f, x, direction), reverse = vjp(f, x, u);
    expect_near(forward, j * direction);
    expect_near(reverse, j.transpose() * u);
    const auto square_norm = [&](const auto& v) { return (a * v).squaredNorm(); };
    expect_near(to_eigen(hessian(square_norm, x)), 2.0 * a.transpose() * a);
    const VectorXd product = hvp(square_norm, x, direction);
    expect_near(product, 2.0 * a.transpose() * a * direction);
}

TEST(EigenPoint, NumbersAreCountedAsTheyAreStored) {
    const Eigen::Matrix2d m{{1.0, 2.0}, {3.0, 4.0}};
    const auto first_row = [](const auto& v) { return std::array{v(0, 0), v(0, 1)}; };
    EXPECT_EQ(jacobian(first_row, m).numbers(), (std::vector{1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0}));
}

// ---- Eigen's own code ----

TEST(EigenProducts, DifferentiateWithRespectToBothFactors) {
    const MatrixXd a = dense().topRows(2), b = upper();
    const auto f = [](const auto& l, const auto& r) { return (l * r).squaredNorm() - (l * r).trace(); };
    const auto g = gradient(f, std::tuple{a, b});
    const MatrixXd w = 2.0 * a * b - MatrixXd::Identity(2, 3);
    expect_near(std::get<0>(g), w * b.transpose());
    expect_near(std::get<1>(g), a.transpose() * w);
}

TEST(EigenProducts, MixPlainNumbersAndValuesInEitherOrderAtAnySize) {
    for (const int n : {2, 25}) {  // Eigen's small and blocked products
        const MatrixXd m = MatrixXd::NullaryExpr(
            n, n, [](auto i, auto j) { return std::sin(static_cast<double>(3 * i + j)); });
        const MatrixXd x = MatrixXd::NullaryExpr(
            n, n, [](auto i, auto j) { return std::cos(static_cast<double>(2 * i - j)); });
        const auto f = [&](const auto& v) {
            MatrixX<NumberOf<decltype(v)>> y = m * v;
            y += v * m;
            y.noalias() -= 2.0 * m.transpose() * v * m;
            y.col(0) += m * v.col(1) + v.transpose() * m.col(0);
            return y.sum() + (m.row(0) * v.col(0)).value() + v.col(0).dot(m.col(1));
        };
        const MatrixXd ones = MatrixXd::Ones(n, n), one = VectorXd::Ones(n);
        MatrixXd wanted = m.transpose() * ones + ones * m.transpose() - 2.0 * m * ones * m.transpose();
        wanted.col(1) += m.transpose() * one;
        wanted += m.col(0) * one.transpose();
        wanted.col(0) += m.row(0).transpose() + m.col(1);
        const MatrixXd got = gradient(f, x);
        expect_near(got, wanted);
    }
}

TEST(EigenProducts, TakeExpressionsOfValuesAsScalars) {
    const Recording<> scope;
    const Value a = variable(2.0), b = variable(3.0);
    const MatrixXd m = dense();
    MatrixX<Value> y = m * (a * b);
    y += (a * b) * y;
    y /= a * a;  // m (a b + (a b)^2) / a^2 = m (b / a + b^2)
    backward(y.sum());
    EXPECT_NEAR(a.grad(), -0.75 * m.sum(), 1e-12);
    EXPECT_NEAR(b.grad(), 6.5 * m.sum(), 1e-12);
}

TEST(EigenProducts, RecordOneResultForEachNumber) {
    const Recording<> scope;
    MatrixX<Value> a(3, 3), b(3, 3);
    for (MatrixX<Value>* m : {&a, &b})
        for (Value& v : m->reshaped()) v = variable(1.0);
    const auto before = statistics();
    const MatrixX<Value> c = a * b;
    EXPECT_EQ(statistics().values - before.values, 9u);
}

TEST(EigenDeterminant, IsThatTimesTheInverseTransposed) {
    const auto determinant = [](const auto& a) { return a.determinant(); };
    for (const MatrixXd& a : matrices()) {
        const MatrixXd wanted = a.determinant() * a.inverse().transpose();
        const MatrixXd dynamic = gradient(determinant, a);
        expect_near(dynamic, wanted);
        const Eigen::Matrix3d fixed = gradient(determinant, Eigen::Matrix3d(a));
        expect_near(fixed, wanted);
    }
    const Eigen::Matrix3d singular{{1.0, 2.0, 3.0}, {2.0, 4.0, 6.0}, {1.0, 0.0, 1.0}};
    const Eigen::Matrix3d cofactors = gradient(determinant, singular);
    expect_near(cofactors, MatrixXd{{4.0, 4.0, -4.0}, {-2.0, -2.0, 2.0}, {0.0, 0.0, 0.0}});
}

TEST(EigenLu, DifferentiatesAtStructuredMatricesAndZeroRightSides) {
    for (const MatrixXd& a : matrices())
        for (const VectorXd& b : right_sides()) expect_inverse(by_lu, a, b);
}

TEST(EigenLlt, DifferentiatesByTheTriangleThatItReads) {
    for (const MatrixXd& a : {identity(), MatrixXd(diagonal().cwiseAbs()), positive()})
        for (const VectorXd& b : right_sides()) {
            const Adjoints got = adjoints_by_tape(by_llt, a, b), full = adjoints_of_inverse(a, b);
            MatrixXd wanted = (full.matrix + full.matrix.transpose()).triangularView<Eigen::Lower>();
            wanted.diagonal() = full.matrix.diagonal();
            expect_near(got.matrix, wanted);
            expect_near(got.right_side, full.right_side);
        }
}

template <unsigned triangle, int order> void expect_substitution() {
    const auto by_triangle = [](const auto& a, const auto& b) -> VectorX<NumberOf<decltype(b)>> {
        const Eigen::Matrix<NumberOf<decltype(a)>, Eigen::Dynamic, Eigen::Dynamic, order> stored = a;
        return stored.template triangularView<triangle>().solve(b);
    };
    for (const MatrixXd& a : matrices())
        for (const VectorXd& b : right_sides()) {
            MatrixXd read = MatrixXd(a.triangularView<triangle>());
            if (triangle & Eigen::UnitDiag) read.diagonal().setOnes();
            const Adjoints got = adjoints_by_tape(by_triangle, a, b), wanted = adjoints_of_inverse(read, b);
            MatrixXd by_matrix = wanted.matrix.triangularView<triangle & ~unsigned{Eigen::UnitDiag}>();
            if (triangle & Eigen::UnitDiag) by_matrix.diagonal().setZero();
            expect_near(got.matrix, by_matrix);
            expect_near(got.right_side, wanted.right_side);
        }
}
TEST(EigenTriangularSolve, NeverSkipsAnActiveZero) {
    expect_substitution<Eigen::Lower, Eigen::ColMajor>();
    expect_substitution<Eigen::UnitUpper, Eigen::RowMajor>();
}

TEST(EigenTriangularSolve, TakesAMatrixOfPlainNumbersAndSkipsAPlainZero) {
    const MatrixXd t{{0.0, 0.0}, {1.0, 2.0}};  // singular: 0 / 0 where a passive 0 is not skipped
    const auto f = [&](const auto& x) {
        VectorX<NumberOf<decltype(x)>> b(2);
        b << 0.0, x(0);
        t.triangularView<Eigen::Lower>().solveInPlace(b);
        return b.sum();
    };
    expect_near(gradient(f, VectorXd{{3.0}}), VectorXd{{0.5}});
}

TEST(EigenTriangularSolve, TakesSeveralRightSidesOnEitherSide) {
    const auto f = [](const auto& a) {
        MatrixX<NumberOf<decltype(a)>> x = a.template triangularView<Eigen::Lower>().solve(a);
        a.template triangularView<Eigen::Upper>().template solveInPlace<Eigen::OnTheRight>(x);
        return x.sum();
    };
    // 1^T L^-1 A U^-1 1 with the triangles L and U of A.
    const MatrixXd a = dense(), l = a.triangularView<Eigen::Lower>(), r = a.triangularView<Eigen::Upper>();
    const VectorXd u = l.transpose().inverse() * VectorXd::Ones(3), v = r.inverse() * VectorXd::Ones(3);
    const MatrixXd by_l = u * (l.inverse() * a * v).transpose();
    const MatrixXd by_r = r.transpose().inverse() * a.transpose() * u * v.transpose();
    MatrixXd wanted = u * v.transpose();
    wanted.triangularView<Eigen::Lower>() -= by_l;
    wanted.triangularView<Eigen::Upper>() -= by_r;
    const MatrixXd got = gradient(f, a);
    expect_near(got, wanted);
}

// What makes Eigen's Householder QR of Values wrong, and solve() needed: should this fail, its documentation
// is out of date.
TEST(EigenHouseholder, LosesTheDerivativeOfAZeroTail) {
    const auto reflector = [](const auto& x) {
        Eigen::Matrix<NumberOf<decltype(x)>, 1, 1> essential;
        NumberOf<decltype(x)> scale, length;
        x.makeHouseholder(essential, scale, length);
        return essential(0);  // x_1 / (x_0 + |x|)
    };
    EXPECT_NEAR(gradient(reflector, Eigen::Vector2d(2.0, 1e-9))(1), 0.25, 1e-9);
    EXPECT_EQ(gradient(reflector, Eigen::Vector2d(2.0, 0.0))(1), 0.0);
}

// ---- solve ----

TEST(EigenSolve, DifferentiatesAtStructuredMatricesAndZeroRightSides) {
    for (const MatrixXd& a : matrices())
        for (const VectorXd& b : right_sides()) {
            expect_near(solve(a, b), a.inverse() * b);
            expect_inverse(by_solve, a, b);
        }
}

TEST(EigenSolve, IsOneBlockWithOneResultForEachUnknown) {
    const Recording<> scope;
    VectorX<Value> b(3);
    for (Value& v : b) v = variable(1.0);
    const auto before = statistics();
    const VectorX<Value> x = solve(dense(), b);
    EXPECT_EQ(statistics().values - before.values, 3u);
    EXPECT_LE(statistics().edges - before.edges, 3u);
    x(0).backward();
    const MatrixXd inverse = dense().inverse();
    for (Eigen::Index i = 0; i < 3; ++i) EXPECT_NEAR(b(i).grad(), inverse(0, i), 1e-14);
}

TEST(EigenSolve, TakesPlainNumbersOnEitherSideAndSeveralRightSides) {
    const MatrixXd a = dense(), b = upper();
    const MatrixXd inverse = a.inverse(), w = dense().transpose() * upper();
    const auto by_right = [&](const auto& x) { return solve(a, x).cwiseProduct(w).sum(); };
    expect_near(gradient(by_right, b), inverse.transpose() * w);
    const auto by_left = [&](const auto& x) { return solve(x, b).cwiseProduct(w).sum(); };
    expect_near(gradient(by_left, a), -inverse.transpose() * w * (inverse * b).transpose());
    const Eigen::Matrix<double, 2, 2> fixed{{2.0, 0.0}, {1.0, 4.0}};
    static_assert(std::same_as<decltype(solve(fixed, Eigen::Vector2i(2, 9))), Eigen::Vector2d>);
    expect_near(solve(fixed, Eigen::Vector2i(2, 9)), Eigen::Vector2d(1.0, 2.0));
}

std::vector<MatrixXd> not_square() {
    MatrixXd tall(5, 3), stacked(5, 3);
    tall << dense(), upper().topRows(2);
    stacked << identity(), MatrixXd::Zero(2, 3);  // zero tails
    return {tall, stacked, tall.transpose(), stacked.transpose()};
}

TEST(EigenSolve, OfMoreOrFewerEquationsHasTheDerivativeOfTheNormalEquations) {
    for (const MatrixXd& a : not_square())
        for (const double scale : {0.0, 1.0}) {
            SCOPED_TRACE(testing::Message() << "A =\n" << a << "\nb times " << scale);
            const VectorXd b = scale * VectorXd::LinSpaced(a.rows(), 1.0, -2.0);
            const VectorXd w = VectorXd::LinSpaced(a.cols(), 0.5, 3.0);
            const auto through = [&](const auto& f) {
                return gradient([&](const auto& m, const auto& v) { return f(m, v).dot(w); },
                                std::tuple{a, b});
            };
            const auto got = through(by_solve), wanted = through(by_normal_equations);
            expect_near(std::get<0>(got), std::get<0>(wanted));
            expect_near(std::get<1>(got), std::get<1>(wanted));
        }
}

TEST(EigenSolve, DifferentiatesTwiceAndByDuals) {
    const auto through = [](const auto& f, const MatrixXd& a) {
        const VectorXd b = VectorXd::LinSpaced(a.rows(), 1.0, -2.0);
        return [=](const auto& m) { return f(m, b.cast<NumberOf<decltype(m)>>().eval()).squaredNorm(); };
    };
    std::vector<MatrixXd> points = not_square();
    points.push_back(dense());
    points.push_back(identity());
    for (const MatrixXd& a : points) {
        SCOPED_TRACE(testing::Message() << "A =\n" << a);
        const auto f = through(by_solve, a);
        const auto reference = through(by_normal_equations, a);
        expect_near(to_eigen(hessian(f, a)), to_eigen(hessian(reference, a)), 1e-11);
        const MatrixXd direction = MatrixXd::Constant(a.rows(), a.cols(), 1.0), g = gradient(f, a);
        EXPECT_NEAR(jvp(f, a, direction), g.sum(), 1e-12 * (1.0 + g.cwiseAbs().sum()));
    }
}

TEST(EigenSolve, OfValuesOverValuesDifferentiatesAgain) {
    // x = b / a: d2x/da2 = 2 b / a^3.
    const auto slope = [](const auto& a) {
        return gradient([](const auto& m) { return solve(m, VectorXd{{3.0}})(0); }, a)(0, 0);
    };
    expect_near(gradient(slope, MatrixXd{{2.0}}), MatrixXd{{0.75}});
}

TEST(EigenSolve, IsIndifferentToTheScaleOfRowsAndColumns) {
    const VectorXd rows{{1e-150, 1.0, 1e100}}, columns{{1e20, 1e-30, 1.0}}, b{{1.0, 2.0, 3.0}};
    const MatrixXd a = rows.asDiagonal() * dense() * columns.asDiagonal();
    const VectorXd x = solve(a, (rows.asDiagonal() * b).eval());
    expect_near(columns.asDiagonal() * x, dense().inverse() * b);
}

TEST(EigenSolve, OfASingularMatrixIsAnErrorAndTheTapeStaysUsable) {
    const Recording<> scope;
    const Value v = variable(1.0);
    for (const MatrixXd& a :
         {MatrixXd(MatrixXd::Zero(2, 2)), MatrixXd{{1.0, 2.0}, {2.0, 4.0}},
          MatrixXd{{1.0, 2.0, 3.0}, {4.0, 5.0, 6.0}, {7.0, 8.0, 9.0}}, MatrixXd{{0.1, 0.3}, {0.7, 2.1}}}) {
        const VectorX<Value> b = VectorX<Value>::Constant(a.rows(), v);
        EXPECT_NE(error_of([&] { solve(a, b); }).find("singular"), std::string::npos) << a;
    }
    const MatrixXd deficient{{1.0, 2.0}, {2.0, 4.0}, {3.0, 6.0}};
    const VectorX<Value> two = VectorX<Value>::Constant(2, v), three = VectorX<Value>::Constant(3, v);
    EXPECT_NE(error_of([&] { solve(deficient, three); }).find("column 1"), std::string::npos);
    EXPECT_NE(error_of([&] { solve(deficient.transpose(), two); }).find("row 1"), std::string::npos);
    EXPECT_NE(error_of([&] { solve(dense(), two); }).find("3 x 3 matrix and a 2 x 1"), std::string::npos);
    solve(dense(), three)(0).backward();
    EXPECT_NEAR(v.grad(), dense().inverse().row(0).sum(), 1e-14);
}

TEST(EigenDeterminant, OfFourByFourIsAPolynomialAtASingularMatrixToo) {
    Eigen::Matrix4d m;
    m << 2, 1, 0, 3, 1, 5, 2, 0, 0, 2, 4, 1, 1, 0, 2, 6;
    const auto det = [](const auto& a) { return a.determinant(); };
    expect_near(gradient(det, m), m.determinant() * m.inverse().transpose());
    m.row(3) = m.row(2);
    const Eigen::Matrix4d g = gradient(det, m);
    for (Eigen::Index i = 0; i < 4; ++i)
        for (Eigen::Index j = 0; j < 4; ++j) {
            Eigen::Matrix4d higher = m, lower = m;  // linear in each number
            higher(i, j) += 1;
            lower(i, j) -= 1;
            EXPECT_NEAR(g(i, j), (higher.determinant() - lower.determinant()) / 2, 1e-12);
        }
}

TEST(EigenBlocks, TakeNumbersSideBySideAndRefuseOthers) {
    const MatrixXd m{{1.0, 2.0}, {3.0, 4.0}};
    EXPECT_EQ(wengert::sum(m), 10);
    EXPECT_EQ(wengert::sum(m.col(1)), 6);
    EXPECT_EQ(wengert::dot(m.row(0).eval(), Eigen::Vector2d(1, 1)), 3);
    const auto refuses = [](const auto& x) {
        return error_of([&] { static_cast<void>(wengert::norm2(x)); }).find(".eval()") != std::string::npos;
    };
    EXPECT_TRUE(refuses(m.row(0)) && refuses(m.diagonal()));
    EXPECT_TRUE(refuses(dense().topLeftCorner(2, 2)));
    const auto by_sum = [](const auto& a) { return wengert::sum(a.row(0).eval()); };
    expect_near(gradient(by_sum, m), MatrixXd{{1.0, 1.0}, {0.0, 0.0}});
    std::vector<double> z(2);
    const auto layer = [&](const auto& w) {
        wengert::affine(w, std::vector{1.0, 1.0}, z, std::span<double>(z));
    };
    EXPECT_NE(error_of([&] { layer(m); }).find("RowMajor"), std::string::npos);
}

TEST(EigenSolve, PassesNotANumberOnAndTakesNothing) {
    MatrixXd a = dense();
    a(1, 1) = std::numeric_limits<double>::quiet_NaN();
    EXPECT_TRUE(solve(a, weights).array().isNaN().any());
    const double infinity = std::numeric_limits<double>::infinity();
    EXPECT_EQ(solve(MatrixXd{{infinity, 0.0}, {0.0, 1.0}}, VectorXd{{1.0, 2.0}}), (VectorXd{{0.0, 2.0}}));
    EXPECT_EQ(solve(MatrixXd(0, 0), VectorXd(0)).size(), 0);
    EXPECT_EQ(solve(MatrixXd(0, 2), VectorXd(0)), VectorXd::Zero(2));
}

}  // namespace
