// The number that records: `Value`, its expressions, and what a user does with a recording.
#pragma once

#include <initializer_list>
#include <span>
#include <vector>

#include <wengert/scalar.hpp>
#include <wengert/tape.hpp>

namespace wengert {

template <class S> class Reverse;

// ---- Expressions: what an operator returns. Held by value, so that `auto e = a * b;` may outlive its
// statement. ----
//
// An expression knows its value; `push` writes its edges: the multiplier so far, times each partial, down to
// the leaves.

namespace detail {

template <class S> class Leaf {
public:
    using WengertNumber = Reverse<S>;
    static constexpr std::size_t leaves = 1;
    static constexpr bool may_be_empty = false;

    WENGERT_INLINE Leaf(const S& value, Id id) : value_(value), id_(id) {}
    // Member by member: a trivial copy would move it through memory, and keep whole expressions there (g++).
    WENGERT_INLINE Leaf(const Leaf& o) : value_(o.value_), id_(o.id_) {}
    Leaf& operator=(const Leaf&) = delete;
    WENGERT_INLINE const S& value() const { return value_; }
    WENGERT_INLINE Id active() const { return id_; }
    template <class Pen, class M> WENGERT_INLINE void push(Pen& pen, const M& m) const { pen.edge(m, id_); }

private:
    S value_;
    Id id_;
};

template <class S> class Constant {
public:
    using WengertNumber = Reverse<S>;
    static constexpr std::size_t leaves = 0;
    static constexpr bool may_be_empty = false;

    WENGERT_INLINE explicit Constant(const S& value) : value_(value) {}
    WENGERT_INLINE const S& value() const { return value_; }
    static constexpr Id active() { return 0; }
    template <class Pen, class M> WENGERT_INLINE void push(Pen&, const M&) const {}

private:
    S value_;
};

struct Nothing {
    static constexpr std::size_t leaves = 0;
    static constexpr bool may_be_empty = false;
    static constexpr Id active() { return 0; }
};
template <class Rule, class S> struct SharedBy { using type = Nothing; };
template <class Rule, class S>
    requires Shares<Rule, S>
struct SharedBy<Rule, S> {
    using type = decltype(Rule::shared(std::declval<const S&>()));
};

}  // namespace detail

/// An expression of Values, not yet recorded. Wherever a type is deduced and an expression will not do -
/// std::max(c, a * b), the branches of ?:, std::exp(x) - write Value(a * b), or call the function without
/// std::.
template <class Rule, class P, class A, class B = detail::Nothing, class C = detail::Nothing>
class ExpressionWrapItInValue {
public:
    using WengertNumber = typename A::WengertNumber;
    using S = typename WengertNumber::Inner;
    static constexpr bool flat = detail::Flat<Rule>;
    static constexpr std::size_t leaves = flat ? 0 : A::leaves + B::leaves + C::leaves;

    WENGERT_INLINE ExpressionWrapItInValue(const P& p, const A& a)
        : a_(a), b_(), c_(), p_(p), shared_(share()), value_(compute()) {}
    WENGERT_INLINE ExpressionWrapItInValue(const P& p, const A& a, const B& b)
        : a_(a), b_(b), c_(), p_(p), shared_(), value_(compute()) {}
    WENGERT_INLINE ExpressionWrapItInValue(const P& p, const A& a, const B& b, const C& c)
        : a_(a), b_(b), c_(c), p_(p), shared_(), value_(compute()) {}

    WENGERT_INLINE const S& value() const { return value_; }
    /// Non-zero if an argument is a variable or depends on one.
    WENGERT_INLINE Id active() const {
        if constexpr (flat)
            return 0;
        else
            return a_.active() | b_.active() | c_.active();
    }
    template <class Pen, class M> WENGERT_INLINE void push(Pen& pen, const M& m) const {
        if constexpr (!flat) {
            push_argument<0>(pen, m, a_);
            push_argument<1>(pen, m, b_);
            push_argument<2>(pen, m, c_);
        }
    }

private:
    static constexpr int arity = std::same_as<B, detail::Nothing>   ? 1
                                 : std::same_as<C, detail::Nothing> ? 2
                                                                    : 3;
    static constexpr bool shares = arity == 1 && detail::Shares<Rule, S>;
    using Shared = typename detail::SharedBy<Rule, S>::type;

    template <class F> WENGERT_INLINE decltype(auto) with_values(const F& f) const {
        if constexpr (arity == 1)
            return f(a_.value());
        else if constexpr (arity == 2)
            return f(a_.value(), b_.value());
        else
            return f(a_.value(), b_.value(), c_.value());
    }
    WENGERT_INLINE Shared share() const {
        if constexpr (shares)
            return Rule::shared(a_.value());
        else
            return {};
    }
    WENGERT_INLINE S compute() const {
        if constexpr (shares)
            return Rule::value(a_.value(), shared_);
        else
            return with_values([this](const auto&... x)
                                   WENGERT_INLINE_LAMBDA -> S { return detail::value_of<Rule>(p_, x...); });
    }
    template <int I> WENGERT_INLINE decltype(auto) partial() const {
        if constexpr (shares)
            return Rule::template partial<0>(a_.value(), value_, shared_);
        else
            return with_values([this](const auto&... x) WENGERT_INLINE_LAMBDA -> decltype(auto) {
                return detail::partial_of<Rule, I>(p_, value_, x...);
            });
    }
    static constexpr bool chooses = [] {
        if constexpr (arity == 1)
            return detail::Chooses<Rule, P, S>;
        else if constexpr (arity == 2)
            return detail::Chooses<Rule, P, S, S>;
        else
            return detail::Chooses<Rule, P, S, S, S>;
    }();

    template <int I, class Pen, class M, class X>
    WENGERT_INLINE void push_argument(Pen& pen, const M& m, const X& x) const {
        if constexpr (X::leaves > 0) {
            if constexpr (chooses) {
                if (with_values([this](const auto&... v)
                                    WENGERT_INLINE_LAMBDA { return detail::takes<Rule, I>(p_, v...); }))
                    x.push(pen, m);
            } else if constexpr (std::is_class_v<decltype(partial<I>())> ||
                                 std::is_reference_v<decltype(partial<I>())> ||
                                 std::same_as<Rule, rules::Div>) {
                if constexpr (Arithmetic<S> || std::same_as<decltype(partial<I>()), rules::One> ||
                              std::same_as<decltype(partial<I>()), rules::MinusOne>) {
                    x.push(pen, detail::times(m, partial<I>()));
                } else if (x.active() != 0) {
                    x.push(pen, product(m, partial<I>()));
                }
            } else {  // a partial that takes longer than asking is computed for an active argument only
                if (x.active() != 0) x.push(pen, detail::times(m, partial<I>()));
            }
        }
    }
    // Over a tape of Values, a multiplier is itself recorded, once.
    template <class M, class Q> WENGERT_INLINE static S product(const M& m, const Q& q) {
        return detail::as<S>(detail::times(m, q));
    }

public:
    static constexpr bool may_be_empty =
        !flat && (chooses || A::may_be_empty || B::may_be_empty || C::may_be_empty);

private:
    A a_;
    [[no_unique_address]] B b_;
    [[no_unique_address]] C c_;
    [[no_unique_address]] P p_;
    [[no_unique_address]] Shared shared_;
    S value_;
};

// ---- The number ----

/// A number that records what is computed from it, for reverse mode. Value is Reverse<double>; S is any
/// Scalar: Reverse<Dual<double>> and Reverse<Value> give second derivatives.
///
///     Value x = variable(2.0), y = variable(3.0);
///     Value z = x * y + sin(x);    // one statement: one result, one edge for each active argument
///     z.backward();
///     x.grad();                    // y + cos(x)
///     clear();                     // forget the recording, keep its memory
///
/// A Value made from a plain number is a constant: it records nothing, and asking for its gradient is an
/// Error. A Value belongs to the thread that made it. Size: sizeof(S) + 8. A result costs an index (sizeof(S)
/// of adjoint) and 12 bytes of tape per active argument (S = double).
///
/// Misuse - the gradient of a constant, a value whose recording was rewound, one of another thread - is an
/// Error at grad(), backward() and rewind(), in external, and in sum, dot and their like; with
/// WENGERT_CHECKED at every operand. Without it, a plain statement does not look: such an operand passes its
/// derivative to whatever value has its index now. (Looking costs up to 9 % of a loop of plain statements,
/// and half as much again where they read values from before a mark.)
template <class S> class Reverse {
public:
    using WengertNumber = Reverse;
    using Inner = S;

    constexpr Reverse() = default;
    constexpr Reverse(const S& value) : value_(value) {}
    template <class A>
        requires detail::Below<A, S>
    constexpr Reverse(const A& value) : value_(static_cast<S>(value)) {}
    constexpr Reverse(const S& value, Id id) : value_(value), id_(id) {}

    WENGERT_INLINE Reverse(const Reverse& o) : value_(o.value_), id_(o.read()) {}
    WENGERT_INLINE Reverse& operator=(const Reverse& o) {
        id_ = o.read();
        value_ = o.value_;
        return *this;
    }
    /// Records an expression.
    template <class E>
        requires(std::same_as<typename E::WengertNumber, Reverse> && !std::same_as<E, Reverse>)
    WENGERT_INLINE Reverse(const E& e) : value_(e.value()), id_(tape<S>.record(e)) {}

    const S& value() const { return value_; }
    constexpr explicit operator bool() const { return static_cast<bool>(value_); }
    /// d y / d this, of the last y.backward(); 0 if y does not depend on it. Throws Error for a constant, or
    /// a value whose recording is gone.
    S grad() const { return tape<S>.adjoint(id_); }
    /// Sweeps: afterwards grad() of every recorded value is this value's derivative by it. Each sweep starts
    /// from zero. Linear in what is recorded. A constant sweeps nothing, and all grad() are 0.
    void backward(const S& seed = S(1)) const {
        const typename Tape<S>::Seed seeds[] = {{id_, seed}};
        tape<S>.backward(seeds);
    }
    /// Whether it is a variable, or depends on one.
    bool active() const { return id_ != 0; }
    Id id() const { return id_; }

    template <class A> WENGERT_INLINE Reverse& operator+=(const A& x) { return accumulate<rules::One>(x); }
    template <class A> WENGERT_INLINE Reverse& operator-=(const A& x) {
        return accumulate<rules::MinusOne>(x);
    }
    template <class A> WENGERT_INLINE Reverse& operator*=(const A& x) { return *this = *this * x; }
    template <class A> WENGERT_INLINE Reverse& operator/=(const A& x) { return *this = *this / x; }

    bool exactly_zero() const { return id_ == 0 && detail::exactly_zero(value_); }

    // The id, for a copy: from now on it must keep its meaning, so += may no longer extend it.
    WENGERT_INLINE Id read() const {
        if ((id_ & detail::open_bit) != 0) id_ ^= detail::open_bit;
        return id_;
    }
    // The id, for an operand.
    WENGERT_INLINE Id use() const {
        check();
        return read();
    }

    template <class Rule, class... A> WENGERT_INLINE static auto apply(const A&... x) {
        return express<Rule>(detail::NoParameter{}, operand(x)...);
    }
    template <class Rule, class P, class... A>
    WENGERT_INLINE static auto apply_with(const P& p, const A&... x) {
        return express<Rule>(p, operand(x)...);
    }

private:
    template <class A> WENGERT_INLINE static auto operand(const A& x) {
        if constexpr (std::same_as<A, Reverse>)
            return detail::Leaf<S>(x.value_, x.use());
        else if constexpr (detail::depth<A> == detail::depth<Reverse>)
            return x;
        else
            return detail::Constant<S>(static_cast<S>(x));
    }
    template <class Rule, class P, class... E> WENGERT_INLINE static auto express(const P& p, const E&... e) {
        static_assert(sizeof...(E) <= 3,
                      "a rule takes at most three arguments; for more see dot, sum, external");
        return ExpressionWrapItInValue<Rule, P, E...>(p, e...);
    }
    template <class Sign, class A> WENGERT_INLINE Reverse& accumulate(const A& x) {
        const auto e = operand(x);  // reads, so closes, *this if x is about it
        check();
        if (tape<S>.template extend<Sign>(e, id_)) {
        } else if (e.active() != 0)
            id_ = tape<S>.template accumulate<Sign>(e, id_);
        else if (tape<S>.paused()) [[unlikely]]
            id_ = 0;
        if constexpr (std::same_as<Sign, rules::One>)
            value_ = value_ + e.value();
        else
            value_ = value_ - e.value();
        return *this;
    }

    WENGERT_INLINE void check() const {
#ifdef WENGERT_CHECKED
        if (id_ != 0) tape<S>.validate(id_, "an operation");
#endif
    }

    S value_{};
    mutable Id id_ = 0;
};

using Value = Reverse<double>;

// ---- What a user does with a recording; for another scalar than double write mark<float>() and so on ----

/// A new independent variable.
template <class S = double> Reverse<S> variable(const S& x) { return Reverse<S>(x, tape<S>.variable()); }
template <std::integral I> Value variable(I x) { return variable(static_cast<double>(x)); }
/// As many independent variables as numbers, with consecutive indices. Throws Error if the sizes differ.
template <class S> void variables(std::span<const S> x, std::span<Reverse<S>> out) {
    if (x.size() != out.size())
        fail("variables() got " + std::to_string(x.size()) + " numbers for " + std::to_string(out.size()) +
             " values");
    const Id first = tape<S>.variables(x.size());
    for (std::size_t k = 0; k < x.size(); ++k) detail::make_at(&out[k], x[k], Id{first + k});
}
/// The same as a vector of its own.
template <class S> std::vector<Reverse<S>> variables(const std::vector<S>& x) {
    std::vector<Reverse<S>> out(x.size());
    variables(std::span<const S>(x), std::span<Reverse<S>>(out));
    return out;
}

/// y.backward(), for an expression too.
template <Differentiable A> void backward(const A& y) { typename A::WengertNumber(y).backward(); }

/// An output and the factor with which it counts.
template <class S> struct Seeded {
    Reverse<S> output;
    S seed;
};
/// The gradient of sum_k seed_k output_k: `backward({{y1, 1.0}, {y2, 0.5}})`.
template <class S = double> void backward(std::initializer_list<Seeded<S>> seeded) {
    backward(std::span<const Seeded<S>>(seeded.begin(), seeded.size()));
}
/// The same for a number of outputs that is known when the program runs.
template <class S> void backward(std::span<const Seeded<S>> seeded) {
    std::vector<typename Tape<S>::Seed> seeds;
    for (const Seeded<S>& s : seeded) seeds.push_back({s.output.id(), s.seed});
    tape<S>.backward(seeds);
}
/// The gradient of sum_k seeds_k outputs_k. Throws Error if the sizes differ.
template <class S>
void backward(std::span<const Reverse<S>> outputs, std::span<const std::type_identity_t<S>> seeds) {
    if (outputs.size() != seeds.size())
        fail("backward() got " + std::to_string(seeds.size()) + " seeds for " +
             std::to_string(outputs.size()) + " outputs");
    std::vector<typename Tape<S>::Seed> pairs;
    for (std::size_t k = 0; k < seeds.size(); ++k) pairs.push_back({outputs[k].id(), seeds[k]});
    tape<S>.backward(pairs);
}

/// The gradient of seed * y by all values made before the mark, added to `below`: one number each, in the
/// order in which they were made. Sweeps down to the mark only, and leaves the grad() of those values as it
/// was. What a mini-batch needs, one sample after another:
///
///     std::vector<double> gradient(1);
///     Value w = variable(0.5);
///     for (double x : {1.0, 2.0}) {
///         const Recording sample;
///         backward_to(sample.start(), Value(square(w * x - 1.0)), gradient);
///     }
///
/// With an empty `below` that part of the gradient is dropped. Throws Error for another size, for a mark or
/// value that is gone, and inside a sweep for a mark from before it.
template <class S = double>
void backward_to(const typename Tape<S>::Mark& m, const std::type_identity_t<Reverse<S>>& y,
                 std::span<std::type_identity_t<S>> below, const std::type_identity_t<S>& seed = S(1)) {
    const typename Tape<S>::Seed seeds[] = {{y.id(), seed}};
    tape<S>.backward_to(m, seeds, below);
}

/// A place to return to. Values made before it stay valid after the rewind.
template <class S = double> typename Tape<S>::Mark mark() { return tape<S>.mark(); }
/// Forgets what was recorded after the mark, in constant time. Throws Error if that is not on this recording.
inline void rewind(const Tape<double>::Mark& m) { tape<double>.rewind(m); }
template <class S> void rewind(const typename Tape<S>::Mark& m) { tape<S>.rewind(m); }
/// Forgets the whole recording of this thread; its memory is kept for the next one.
template <class S = double> void clear() { tape<S>.clear(); }
/// How large this thread's recording is, and how much memory it holds.
template <class S = double> Statistics statistics() { return tape<S>.statistics(); }

/// Marks when made, rewinds when it ends, by an exception too.
template <class S = double> class Recording {
public:
    Recording() : mark_(tape<S>.mark()) {}
    ~Recording() {
        if (tape<S>.holds(mark_)) tape<S>.rewind(mark_);  // else clear() came before
    }
    Recording(const Recording&) = delete;
    Recording& operator=(const Recording&) = delete;
    const typename Tape<S>::Mark& start() const { return mark_; }

private:
    typename Tape<S>::Mark mark_;
};

/// While it lives, this thread records nothing over S: what is computed is constant. Paused(false) records
/// again inside of such a scope.
template <class S = double> class Paused {
public:
    explicit Paused(bool paused = true) : before_(tape<S>.pause(paused)) {}
    ~Paused() { tape<S>.pause(before_); }
    Paused(const Paused&) = delete;
    Paused& operator=(const Paused&) = delete;

private:
    bool before_;
};

/// The same number as a constant: nothing passes through it, in no layer of derivatives.
template <class A>
    requires detail::Operand<A>
auto detach(const A& x) {
    if constexpr (Differentiable<A>)
        return typename A::WengertNumber(primal(x));
    else
        return x;
}

}  // namespace wengert

template <class S> struct std::numeric_limits<wengert::Reverse<S>>
    : wengert::detail::Limits<wengert::Reverse<S>> {};
