// What a check asks of a function and of a gradient derived by hand, whatever their types: the only templates
// of the check. Numbers of a point, and results, are in the order of structure.hpp.
#pragma once

#include <concepts>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <wengert/complex_step.hpp>
#include <wengert/derivatives.hpp>

namespace wengert::detail {

/// The derivatives of m results by n inputs, row by row, as the tape has them.
struct Swept {
    std::vector<double> values;       // the m results, where they were asked for
    std::vector<double> derivatives;  // m x n
    std::vector<double> absolute;     // the sums of |contributions| to each, where they were asked for
    std::size_t operations = 0;       // results recorded
};
/// Sweeps the recording that began at `start`, and whose inputs have the ids from `first` on. Only the sweep
/// over absolute values touches adjoints that belong to an open recording.
Swept sweep(const Tape<double>::Mark& start, Id first, std::size_t n, std::span<const Value> outputs,
            bool absolute);

class CheckedFunction {
public:
    virtual ~CheckedFunction() = default;
    /// f takes plain numbers only: no autodiff, and no complex step.
    virtual bool plain() const = 0;
    /// 1: what is checked are derivatives of f; 2: derivatives of f's gradient.
    virtual int order() const = 0;
    virtual Swept autodiff(std::span<const double> x, bool absolute) const = 0;
    /// f itself.
    virtual std::vector<ComplexStep> evaluate(std::span<const ComplexStep> x) const = 0;
};

/// rows x columns numbers, row by row, as they were derived by hand.
struct HandNumbers {
    std::vector<double> numbers;
    std::size_t rows = 0, columns = 0;
};
class HandDerived {
public:
    virtual ~HandDerived() = default;
    /// Whether it can be asked at other points.
    virtual bool callable() const = 0;
    virtual HandNumbers at(std::span<const double> x) const = 0;
};

// x in the shape of `like`, with numbers of type T.
template <class T, class X, class N> auto shaped(const X& like, std::span<const N> x) {
    return transform<T>(like, [x, k = std::size_t{0}](const auto&) mutable { return T(x[k++]); });
}

template <class F, class X> struct Calls : std::is_invocable<const F&, const X&> {};
template <class F, class... T> struct Calls<F, std::tuple<T...>>
    : std::disjunction<std::is_invocable<const F&, const std::tuple<T...>&>,
                       std::is_invocable<const F&, const T&...>> {};
template <class F, class A, class B> struct Calls<F, std::pair<A, B>>
    : std::disjunction<std::is_invocable<const F&, const std::pair<A, B>&>,
                       std::is_invocable<const F&, const A&, const B&>> {};

template <class F, class X> inline constexpr bool takes_values = Calls<F, Rebound<X, Value>>::value;

template <class F, class X, int Order> class FunctionAt final : public CheckedFunction {
public:
    FunctionAt(const F& f, const X& like) : f_(f), like_(like) {}

    bool plain() const override { return !takes_values<F, X>; }
    int order() const override { return Order; }

    Swept autodiff([[maybe_unused]] std::span<const double> x,
                   [[maybe_unused]] bool absolute) const override {
        if constexpr (!takes_values<F, X>) {
            return {};
        } else {
            const Paused<double> resume(false);
            const Recording<double> scope;
            const Id first = tape<double>.variables(x.size());
            std::vector<Value> inputs;
            for (std::size_t k = 0; k < x.size(); ++k) inputs.emplace_back(x[k], first + k);
            return sweep(scope.start(), first, x.size(), outputs(std::span<const Value>(inputs)), absolute);
        }
    }

    std::vector<ComplexStep> evaluate(std::span<const ComplexStep> x) const override {
        if constexpr (takes_values<F, X>) {
            return flatten<ComplexStep>(call(f_, shaped<ComplexStep>(like_, x)));
        } else {
            std::vector<double> numbers;
            for (const ComplexStep& v : x) numbers.push_back(v.value());
            std::vector<ComplexStep> result;
            for (const double y :
                 flatten<double>(call(f_, shaped<double>(like_, std::span<const double>(numbers)))))
                result.emplace_back(y);
            return result;
        }
    }

private:
    // f of these Values, or its gradient.
    std::vector<Value> outputs(std::span<const Value> x) const {
        if constexpr (Order == 1) {
            return flatten<Value>(call(f_, shaped<Value>(like_, x)));
        } else {
            return flatten<Value>(gradient(f_, shaped<Value>(like_, x)));
        }
    }

    const F& f_;
    const X& like_;
};

template <class M> concept MatrixLike = requires(const M& m) { m(m.rows(), m.rows()); };
template <class M> concept Sequence = requires(const M& m) {
    m[0], m.size();
    requires Operand<std::remove_cvref_t<decltype(m[0])>>;
};

// A list of numbers, as one row.
template <class M> HandNumbers hand_row(const M& m) {
    HandNumbers result;
    if constexpr (Structured<M>)
        result.numbers = flatten<double>(m);
    else
        for (const auto& x : m) result.numbers.push_back(static_cast<double>(x));
    result.rows = 1;
    result.columns = result.numbers.size();
    return result;
}

[[noreturn]] void ragged_rows(std::size_t first, std::size_t row, std::size_t has);

template <class M> HandNumbers hand_matrix(const M& m, [[maybe_unused]] std::size_t inputs) {
    HandNumbers result;
    if constexpr (MatrixLike<M>) {
        const auto rows = m.rows();
        std::remove_const_t<decltype(rows)> columns;
        if constexpr (requires { m.columns(); })
            columns = m.columns();
        else
            columns = m.cols();
        for (auto i = rows - rows; i < rows; ++i)
            for (auto j = rows - rows; j < columns; ++j)
                result.numbers.push_back(static_cast<double>(m(i, j)));
        result.rows = static_cast<std::size_t>(rows);
        result.columns = static_cast<std::size_t>(columns);
    } else if constexpr (Operand<M> || Sequence<M>) {
        result = hand_row(m);
        if (inputs == 1) std::swap(result.rows, result.columns);  // several results of one input
    } else {
        for (const auto& row : m) {
            const HandNumbers r = hand_row(row);
            if (result.rows != 0 && r.columns != result.columns)
                ragged_rows(result.columns, result.rows, r.columns);
            ++result.rows;
            result.columns = r.columns;
            result.numbers.insert(result.numbers.end(), r.numbers.begin(), r.numbers.end());
        }
    }
    return result;
}

template <class H, class X, bool Matrix> class HandAt final : public HandDerived {
public:
    HandAt(const H& hand, const X& like) : hand_(hand), like_(like) {}

    bool callable() const override { return is_function; }
    HandNumbers at(std::span<const double> x) const override {
        if constexpr (is_function)
            return numbers(call(hand_, shaped<double>(like_, x)), x.size());
        else
            return numbers(hand_, x.size());
    }

private:
    template <class M> static HandNumbers numbers(const M& m, [[maybe_unused]] std::size_t inputs) {
        if constexpr (Matrix)
            return hand_matrix(m, inputs);
        else
            return hand_row(m);
    }

    // Numbers come first: Eigen's can be called too, with indices.
    static constexpr bool is_function =
        !Structured<H> && !MatrixLike<H> && Calls<H, Rebound<X, double>>::value;
    const H& hand_;
    const X& like_;
};

}  // namespace wengert::detail
