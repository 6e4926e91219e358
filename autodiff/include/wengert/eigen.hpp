// Eigen's matrices of wengert's numbers, and linear systems that know their derivative. Optional: needs Eigen
// 3.4, which neither <wengert/wengert.hpp> nor the library does.
//
//     const auto f = [](const auto& x) { return (x.transpose() * x).value() + x.norm(); };
//     const Eigen::VectorXd g = gradient(f, Eigen::VectorXd{{3.0, 4.0}});      // 2 x + x / |x|
//
// Norms, determinants, PartialPivLU, FullPivLU, LDLT and LLT of such numbers run Eigen's own code, which is
// differentiated operation by operation; beneath them, products of dense matrices and triangular solves are
// the loops below. Where Eigen decides by a number, it sees the primal value, so:
//
// - HouseholderQR (and ColPiv-, FullPivHouseholderQR, CompleteOrthogonalDecomposition, which use it) is
//   *wrong* where a column is exactly zero below the diagonal: at an identity, a diagonal or a triangular
//   matrix. makeHouseholder() compares the squared norm of that tail with a tolerance and, finding 0, takes
//   no reflection and stores a plain 0: what the tail's derivative would have done is lost. Use solve()
//   below.
// - LLT reads one triangle, the lower one unless LLT<M, Upper> is asked for. The derivative belongs to that
//   triangle: an entry off the diagonal stands for its mirror image as well and has the derivative of both,
//   the other triangle has 0. Symmetrise (A + A^T) / 2 before, and both have half.
// - LU skips the division of a column that is 0 from the pivot down, so that a determinant above 4 x 4 of a
//   singular matrix may lack a part of its derivative. Up to 4 x 4 (fixed sizes) it is a polynomial, and
//   right.
// - SVD and eigenvalues iterate until a value is small enough; the derivative then is not, in general.
//
// norm() at 0 has an infinite slope, as sqrt has there (rules.hpp); norm2() has 0. A lambda for unaryExpr()
// must return the number itself: `[](const Value& v) -> Value { return v * v; }`.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include <Eigen/Core>
#include <Eigen/LU>
#include <Eigen/QR>

#include <wengert/derivatives.hpp>
#include <wengert/external.hpp>

namespace wengert::detail {

template <class T> concept PlainOrNumber = Operand<T> &&(Arithmetic<T> || std::same_as<T, Number<T>>);
template <class A, class B> concept Mix = SomeDifferentiable<A, B> &&
    ((PlainOrNumber<A> && PlainOrNumber<B>) || Arithmetic<A> || Arithmetic<B>);

// Forward and backward substitution in place: T x = rhs, where T is the triangle of `lhs` that Mode names.
// Eigen's own would skip a right-hand side of value 0, and lose its derivative. The inner loop is one sum, as
// the tape likes it, whatever the storage order.
template <class L, class R, class Index, int Mode, int Order> struct Substitution {
    static void run(Index size, const L* lhs, Index stride, R* rhs) {
        constexpr bool lower = (Mode & Eigen::Lower) != 0;
        const Eigen::Map<const Eigen::Matrix<L, -1, -1, Order>, 0, Eigen::OuterStride<>> t(
            lhs, size, size, Eigen::OuterStride<>(stride));
        for (Index k = 0; k < size; ++k) {
            const Index i = lower ? k : size - 1 - k;
            R x = rhs[i];
            for (Index j = lower ? 0 : i + 1; j < (lower ? i : size); ++j)
                if (!exactly_zero(rhs[j])) x -= t(i, j) * rhs[j];
            if constexpr ((Mode & Eigen::UnitDiag) == 0)
                if (!exactly_zero(x)) x /= t(i, i);
            rhs[i] = x;
        }
    }
};

// The same for each column of a matrix of right-hand sides, or for each row: x T = rhs is T^T x^T = rhs^T.
template <class T, class Index, int Side, int Mode, int Order, int Step> struct Substitutions {
    template <class Blocking> static void run(Index size, Index others, const T* triangle, Index stride,
                                              T* rhs, Index step, Index other_stride, const Blocking&) {
        constexpr bool left = Side == Eigen::OnTheLeft;
        constexpr int flipped =
            (Mode & Eigen::UnitDiag) | (Mode & Eigen::Lower ? Eigen::Upper : Eigen::Lower);
        using Solver = Substitution<T, T, Index, left ? Mode : flipped, left ? Order : 1 - Order>;
        std::vector<T> x(static_cast<std::size_t>(size));
        for (Index j = 0; j < others; ++j) {
            T* const first = rhs + j * (left ? other_stride : step);
            const Index next = left ? step : other_stride;
            for (Index i = 0; i < size; ++i) x[static_cast<std::size_t>(i)] = first[i * next];
            Solver::run(size, triangle, stride, x.data());
            for (Index i = 0; i < size; ++i) first[i * next] = x[static_cast<std::size_t>(i)];
        }
    }
};

// Products of dense matrices, coefficient by coefficient. Eigen's kernels would multiply into a temporary of
// the right factor's type, which cannot be where that is plain and the left one is not; and they would record
// each product and each sum as a result of its own, where an in-place sum records one in all.
template <class L, class R> struct DenseProduct {
    template <class D> static void evalTo(D& to, const L& l, const R& r) {
        run(
            to, l, r, [](auto&) { return typename D::Scalar(0); },
            [](auto& sum, const auto& x) { sum += x; });
    }
    template <class D> static void addTo(D& to, const L& l, const R& r) {
        run(
            to, l, r, [](const auto& before) { return before; }, [](auto& sum, const auto& x) { sum += x; });
    }
    template <class D> static void subTo(D& to, const L& l, const R& r) {
        run(
            to, l, r, [](const auto& before) { return before; }, [](auto& sum, const auto& x) { sum -= x; });
    }

private:
    // A factor that is dear to read is evaluated once.
    template <class F> using Nested = typename Eigen::internal::nested_eval<F, Eigen::Dynamic>::type;
    template <class F> using Reader = Eigen::internal::evaluator<std::remove_cvref_t<Nested<F>>>;

    template <class D, class Start, class Add>
    static void run(D& to, const L& l, const R& r, const Start& start, const Add& add) {
        const Nested<L> left(l);
        const Nested<R> right(r);
        const Reader<L> a(left);
        const Reader<R> b(right);
        for (Eigen::Index j = 0; j < to.cols(); ++j)
            for (Eigen::Index i = 0; i < to.rows(); ++i) {
                typename D::Scalar sum = start(to.coeffRef(i, j));
                for (Eigen::Index k = 0; k < left.cols(); ++k) add(sum, a.coeff(i, k) * b.coeff(k, j));
                to.coeffRef(i, j) = sum;
            }
    }
};
template <class L, class R> concept ProductWithDerivatives =
    SomeDifferentiable<typename L::Scalar, typename R::Scalar>;

}  // namespace wengert::detail

// ---- What Eigen asks about a number ----

// For expressions too, since Eigen calls abs2(a / b) and the like; their Real is the number.
template <wengert::Differentiable T> struct Eigen::NumTraits<T>
    : GenericNumTraits<typename T::WengertNumber> {
    // High enough for Eigen to evaluate a subexpression once, where it is used several times.
    enum { RequireInitialization = 1, ReadCost = 2, AddCost = 10, MulCost = 10 };
    static typename T::WengertNumber dummy_precision() {
        return NumTraits<wengert::PlainOf<T>>::dummy_precision();
    }
};

/// Numbers mix: plain ones with those that carry derivatives (and with expressions of them, which a matrix of
/// plain numbers may be multiplied by), Value with Dual<Value>.
template <class A, class B, class Operation>
    requires(!std::same_as<A, B> && wengert::detail::Mix<A, B>)
struct Eigen::ScalarBinaryOpTraits<A, B, Operation> {
    using ReturnType = wengert::Number<A, B>;
};

namespace Eigen::internal {

template <class L, class R>
    requires wengert::detail::ProductWithDerivatives<L, R>
struct generic_product_impl<L, R, DenseShape, DenseShape, GemmProduct> : wengert::detail::DenseProduct<L, R> {
};
template <class L, class R>
    requires wengert::detail::ProductWithDerivatives<L, R>
struct generic_product_impl<L, R, DenseShape, DenseShape, GemvProduct> : wengert::detail::DenseProduct<L, R> {
};

// numext::not_equal_strict, by which Eigen's solver skips, is called by its qualified name and so open to
// nobody; these are, whichever header is included first.
template <class L, class R, class Index, int Mode, bool Conjugate>
    requires(wengert::Differentiable<R>)
struct triangular_solve_vector<L, R, Index, OnTheLeft, Mode, Conjugate, RowMajor>
    : wengert::detail::Substitution<L, R, Index, Mode, RowMajor> {};
template <class L, class R, class Index, int Mode, bool Conjugate>
    requires(wengert::Differentiable<R>)
struct triangular_solve_vector<L, R, Index, OnTheLeft, Mode, Conjugate, ColMajor>
    : wengert::detail::Substitution<L, R, Index, Mode, ColMajor> {};
template <class T, class Index, int Mode, bool Conjugate, int Order, int Step>
    requires wengert::Differentiable<T>
struct triangular_solve_matrix<T, Index, OnTheLeft, Mode, Conjugate, Order, ColMajor, Step>
    : wengert::detail::Substitutions<T, Index, OnTheLeft, Mode, Order, Step> {
};
template <class T, class Index, int Mode, bool Conjugate, int Order, int Step>
    requires wengert::Differentiable<T>
struct triangular_solve_matrix<T, Index, OnTheRight, Mode, Conjugate, Order, ColMajor, Step>
    : wengert::detail::Substitutions<T, Index, OnTheRight, Mode, Order, Step> {
};

// Eigen's own calls pmadd(), which takes three of one type. Laplace's expansion by the first two columns.
template <class M>
    requires wengert::Differentiable<typename traits<M>::Scalar>
struct determinant_impl<M, 4> {
    using T = typename traits<M>::Scalar;
    static T minor(const M& m, Index i, Index j, Index column) {
        return m(i, column) * m(j, column + 1) - m(j, column) * m(i, column + 1);
    }
    static T run(const M& m) {
        const auto term = [&](Index i, Index j, Index k, Index l) -> T {
            return minor(m, i, j, 0) * minor(m, k, l, 2);
        };
        return term(0, 1, 2, 3) - term(0, 2, 1, 3) + term(0, 3, 1, 2) + term(1, 2, 0, 3) - term(1, 3, 0, 2) +
               term(2, 3, 0, 1);
    }
};

}  // namespace Eigen::internal

namespace wengert {

// ---- Matrices as points and results ----

namespace detail {
template <class T> struct Coefficients {
    using Number = T;
    template <class F, class C, class... D> static void each(F&& f, C& c, D&... d) {
        for (Eigen::Index i = 0; i < c.size(); ++i) f(c.data()[i], d.data()[i]...);
    }
    template <class C, class D> static void resize_like(C& c, const D& other) {
        c.resize(other.rows(), other.cols());
    }
};
}  // namespace detail

/// gradient, jacobian, hessian, jvp, vjp, hvp and derivative take and return Eigen's matrices and arrays.
/// Their numbers are counted as they are stored: column by column unless RowMajor. jacobian and hessian give
/// a wengert::Matrix; for Eigen's write
///
///     const auto h = hessian(f, x);
///     Eigen::Map<const Eigen::Matrix<double, -1, -1, Eigen::RowMajor>>(h.numbers().data(), n, n);
template <detail::Operand T, int R, int C, int O, int MR, int MC>
struct Structure<Eigen::Matrix<T, R, C, O, MR, MC>> : detail::Coefficients<T> {
    template <class U> using Rebind = Eigen::Matrix<U, R, C, O, MR, MC>;
};
template <detail::Operand T, int R, int C, int O, int MR, int MC>
struct Structure<Eigen::Array<T, R, C, O, MR, MC>> : detail::Coefficients<T> {
    template <class U> using Rebind = Eigen::Array<U, R, C, O, MR, MC>;
};

// What else Eigen makes refers to numbers that may be gone by then.
template <class E>
    requires requires(const E& e) {
        typename E::PlainObject;
        { e.derived() } -> std::same_as<const E&>;
    }
struct Structure<E> {
    static_assert(sizeof(E) == 0,
                  "wengert differentiates by, and takes from a function, an Eigen::Matrix or Eigen::Array: "
                  "evaluate this expression (or Map, Ref, Block) into one, for example by .eval()");
};

// ---- Linear systems ----

namespace detail {

template <class T> using Dense = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;

template <class T> Dense<T> dense(std::span<const T> numbers, Eigen::Index rows) {
    return Eigen::Map<const Dense<T>>(numbers.data(), rows, std::ssize(numbers) / rows);
}
template <class T> void append(std::vector<T>& to, const Dense<T>& numbers) {
    to.insert(to.end(), numbers.data(), numbers.data() + numbers.size());
}
inline std::string sizes(Eigen::Index rows, Eigen::Index columns) {
    return std::to_string(rows) + " x " + std::to_string(columns);
}

// A matrix of plain numbers and its factors: LU where it is square, else QR of the taller of A and A^T.
template <class P> class Factored {
public:
    explicit Factored(Dense<P> matrix) : matrix_(std::move(matrix)) {
        const bool square = matrix_.rows() == matrix_.cols();
        if (square)
            lu_.compute(matrix_);
        else
            reflect();
        const Eigen::Index at = square ? first_lost_pivot() : first_dependent();
        if (at < 0) return;
        const std::string line = wide() ? "row" : "column";
        fail("solve() got a " + sizes(matrix_.rows(), matrix_.cols()) +
             (square ? " matrix that is singular" : " matrix that is not of full rank") +
             " to working precision: " + line + " " + std::to_string(at) +
             (at == 0 ? " is zero" : " depends on the " + line + "s before it") +
             "; the solution has no derivative there. Remove it, or add a multiple of the identity");
    }

    const Dense<P>& matrix() const { return matrix_; }

    // x with A x = b, or A^T x = b: by least squares, and of the least norm.
    Dense<P> solve(const Dense<P>& b, bool transposed) const {
        if (matrix_.rows() == matrix_.cols()) {
            if (transposed) return lu_.transpose().solve(b);
            return lu_.solve(b);
        }
        const Eigen::Index n = qr_.cols();
        const auto r = qr_.topRows(n).template triangularView<Eigen::Upper>();
        if (wide() == transposed) {
            Dense<P> rotated = b;
            for (Eigen::Index k = 0; k < n; ++k) reflect(rotated, k);
            return r.solve(rotated.topRows(n));
        }
        Dense<P> x = Dense<P>::Zero(qr_.rows(), b.cols());
        x.topRows(n) = r.transpose().solve(b);
        for (Eigen::Index k = n; k-- > 0;) reflect(x, k);
        return x;
    }

private:
    static constexpr P unit = std::numeric_limits<P>::epsilon();

    bool wide() const { return matrix_.cols() > matrix_.rows(); }

    // Eigen's unblocked algorithm: the blocked one takes a user longer to compile than all else here.
    void reflect() {
        qr_ = wide() ? Dense<P>(matrix_.transpose()) : matrix_;
        scales_.resize(qr_.cols());
        Eigen::internal::householder_qr_inplace_unblocked(qr_, scales_);
    }
    void reflect(Dense<P>& x, Eigen::Index k) const {
        Eigen::VectorX<P> workspace(x.cols());
        x.bottomRows(x.rows() - k)
            .applyHouseholderOnTheLeft(qr_.col(k).tail(x.rows() - k - 1), scales_(k), workspace.data());
    }

    // Where a pivot is no larger than the rounding errors of the sum that it is: n u (|L| |U|)_kk, whatever
    // the scale of rows and columns. -1 if nowhere; NaN and infinity pass. Source: Higham, Accuracy and
    // Stability of Numerical Algorithms, ch. 9.
    Eigen::Index first_lost_pivot() const {
        const Dense<P> f = lu_.matrixLU().cwiseAbs();
        for (Eigen::Index k = 0; k < f.rows(); ++k) {
            const P terms = f.row(k).head(k).dot(f.col(k).head(k)) + f(k, k);
            if (std::isfinite(f(k, k)) && f(k, k) <= static_cast<P>(f.rows()) * unit * terms) return k;
        }
        return -1;
    }
    // Where a column has no part of its own, next to its length.
    Eigen::Index first_dependent() const {
        for (Eigen::Index k = 0; k < qr_.cols(); ++k) {
            const P length = wide() ? matrix_.row(k).norm() : matrix_.col(k).norm();
            if (std::isfinite(length) && std::abs(qr_(k, k)) <= static_cast<P>(qr_.rows()) * unit * length)
                return k;
        }
        return -1;
    }

    Dense<P> matrix_;
    Eigen::PartialPivLU<Dense<P>> lu_;
    Dense<P> qr_;
    Eigen::VectorX<P> scales_;
};

template <class P, class T, class N> Dense<N> solve_with(const std::shared_ptr<const Factored<P>>& factored,
                                                         bool transposed, const Dense<T>& a,
                                                         const Dense<N>& b);

// x = A^+ b and its derivative, for `external`. Inputs: the numbers of A, unless it is constant, then those
// of b. A^+ is the inverse, or the pseudo-inverse of a matrix of full rank (Golub & Pereyra, SIAM J. Numer.
// Anal. 10 (1973) 413-432). With the weights w and u = A^+T w:
//     b' = u,  A' = -u x^T + (b - A x) (A^+ u)^T + (A^+T x) (w - A^T u)^T,
// where the second term is 0 unless A is tall, the third unless it is wide.
template <class P, bool constant> class LinearSystem {
public:
    LinearSystem(std::shared_ptr<const Factored<P>> factored, bool transposed)
        : factored_(std::move(factored)), transposed_(transposed) {
        const Dense<P>& a = factored_->matrix();
        rows_ = transposed ? a.cols() : a.rows();
        columns_ = transposed ? a.rows() : a.cols();
    }

    template <class S> std::vector<S> operator()(std::span<const S> in) const {
        std::vector<S> result;
        append<S>(result, solve_with(factored_, transposed_, matrix(in), right_side(in)));
        return result;
    }
    template <class S>
    std::vector<S> operator()(std::span<const S> in, std::span<const S> y, std::span<const S> weights) const {
        const auto a = matrix(in);
        using A = std::remove_cv_t<decltype(a)>;
        const A at = a.transpose();
        const Dense<S> x = dense(y, columns_), w = dense(weights, columns_);
        const Dense<S> u = solve_with(factored_, !transposed_, at, w);
        std::vector<S> result;
        if constexpr (!constant) {
            Dense<S> by_a = -u.lazyProduct(x.transpose());
            if (rows_ > columns_) {
                const Dense<S> residual = right_side(in) - a.lazyProduct(x);
                by_a += residual.lazyProduct(solve_with(factored_, transposed_, a, u).transpose());
            } else if (rows_ < columns_) {
                const Dense<S> beside = w - at.lazyProduct(u);
                by_a += solve_with(factored_, !transposed_, at, x).lazyProduct(beside.transpose());
            }
            append(result, by_a);
        }
        append(result, u);
        return result;
    }

private:
    template <class S> auto matrix(std::span<const S> in) const {
        if constexpr (constant)
            return transposed_ ? Dense<P>(factored_->matrix().transpose()) : factored_->matrix();
        else
            return dense(in.first(inputs_of_matrix()), rows_);
    }
    template <class S> Dense<S> right_side(std::span<const S> in) const {
        return dense(in.subspan(inputs_of_matrix()), rows_);
    }
    std::size_t inputs_of_matrix() const { return constant ? 0 : static_cast<std::size_t>(rows_ * columns_); }

    std::shared_ptr<const Factored<P>> factored_;
    bool transposed_;
    Eigen::Index rows_ = 0, columns_ = 0;
};

// The factors are those of the primal values, at every depth of derivatives.
template <class P, class T, class N> Dense<N> solve_with(const std::shared_ptr<const Factored<P>>& factored,
                                                         bool transposed, const Dense<T>& a,
                                                         const Dense<N>& b) {
    if constexpr (Arithmetic<N>) {
        return factored->solve(b, transposed);
    } else {
        constexpr bool constant = Arithmetic<T>;
        std::vector<N> in;
        if constexpr (!constant) append(in, a);
        append(in, b);
        const LinearSystem<P, constant> system(factored, transposed);
        return dense<N>(external(in, system, system), a.cols());
    }
}

}  // namespace detail

/// x with A x = b, for one right-hand side or a matrix of them. A is m x n and of full rank: where m > n the
/// least squares solution, where m < n the one of least norm. A and b hold plain numbers, Values or Duals, of
/// one kind or mixed; derivatives of any order.
///
///     const Eigen::VectorX<Value> x = solve(A, b);
///
/// The primal values are factored, by LU with partial pivoting, or by Householder QR where A is not square.
/// The whole is one `external` block on the tape, and its adjoint one more solve with the transposed factors
/// (two where A is not square); with a Dual, that for each number of x. NaN and infinity are values. Throws
/// Error if A is singular, or not of full rank, to working precision (a pivot is no more than the rounding
/// errors in it), or if A and b have different numbers of rows.
/// Cost: m n min(m, n) operations, and n m + m + n numbers kept with the tape for the sweep.
template <class A, class B>
    requires detail::Operands<typename A::Scalar, typename B::Scalar>
auto solve(const Eigen::MatrixBase<A>& matrix, const Eigen::MatrixBase<B>& right_side) {
    using T = typename A::Scalar;
    using N = Number<T, typename B::Scalar>;
    using P = PlainOf<N>;
    using Result = Eigen::Matrix<N, A::ColsAtCompileTime, B::ColsAtCompileTime>;
    if (matrix.rows() != right_side.rows())
        fail("solve() got a " + detail::sizes(matrix.rows(), matrix.cols()) + " matrix and a " +
             detail::sizes(right_side.rows(), right_side.cols()) +
             " right-hand side: give both as many rows");
    if (matrix.size() == 0 || right_side.size() == 0)
        return Result(Result::Zero(matrix.cols(), right_side.cols()));
    const detail::Dense<T> a = matrix;
    const auto factored = std::make_shared<const detail::Factored<P>>(
        a.unaryExpr([](const T& v) { return static_cast<P>(primal(v)); }));
    const detail::Dense<N> b = right_side.template cast<N>();
    if constexpr (Arithmetic<T>)
        return Result(detail::solve_with(factored, false, factored->matrix(), b));
    else
        return Result(detail::solve_with(factored, false, detail::Dense<N>(a.template cast<N>()), b));
}

}  // namespace wengert
