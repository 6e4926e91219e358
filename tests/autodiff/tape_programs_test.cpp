// Random programs of operations, marks, rewinds and sweeps, held to forward mode.
#include "tape_support.hpp"

#include <array>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

namespace {

using wengert::Dual;
using wengert::Error;
using wengert::Value;
using wengert::variable;

class RandomProgram {
public:
    explicit RandomProgram(std::uint64_t seed) : random_(seed) { restart(); }

    void step() {
        switch (below(20)) {
            case 0:
                return take_mark();
            case 1:
                return rewind();
            case 2:
                return below(8) == 0 ? restart() : take_mark();
            case 3:
            case 4:
                return check();
            case 5:
            case 6:
            case 7:
                return add_in_place();
            case 8:
                return copy();
            case 9:
                return fuse();
            case 10:
                return check_to_mark();
            default:
                return compute();
        }
    }
    std::size_t checks() const { return checks_; }

private:
    static constexpr int n = 3;
    using D = Dual<double, n>;
    struct Slot {
        Value value;
        D forward;
        std::size_t made;  // when it was given its meaning
    };
    struct Mark {
        wengert::Tape<double>::Mark mark;
        std::size_t made, values;
        wengert::Index last;
    };

    std::size_t below(std::size_t limit) { return static_cast<std::size_t>(random_() % limit); }
    const Slot& any() { return slots_[below(slots_.size())]; }

    void restart() {
        for (const Slot& s : slots_) remember(s);
        wengert::clear();
        slots_.clear();
        marks_.clear();
        for (std::size_t k = 0; k < n; ++k) {
            const double x = 0.25 + 0.25 * static_cast<double>(k);
            slots_.push_back({variable(x), D::variable(x, k), ++time_});
        }
        for (std::size_t k = 0; k < n; ++k) base_[k] = slots_[k].value;
    }
    void remember(const Slot& s) {
        if (s.value.active()) stale_.push_back(s.value);
        if (stale_.size() > 50) stale_.erase(stale_.begin(), stale_.begin() + 25);
    }
    void take_mark() {
        if (marks_.size() == 12) return;
        marks_.push_back({wengert::mark(), ++time_, wengert::statistics().values,
                          wengert::detail::index_of(wengert::tape<double>.last())});
    }
    void rewind() {
        if (marks_.empty()) return;
        const std::size_t to = below(marks_.size());
        wengert::rewind(marks_[to].mark);
        const auto gone = [&](const Slot& s) { return s.made > marks_[to].made; };
        for (const Slot& s : slots_)
            if (gone(s)) remember(s);
        std::erase_if(slots_, gone);
        if (below(2) == 0) {
            marks_.erase(marks_.begin() + static_cast<std::ptrdiff_t>(to), marks_.end());
        } else {  // it may be used again
            marks_.erase(marks_.begin() + static_cast<std::ptrdiff_t>(to) + 1, marks_.end());
            marks_[to].made = ++time_;
        }
    }
    void add(const Value& v, const D& d) {
        if (slots_.size() < 60) return slots_.push_back({v, d, ++time_});
        const std::size_t k = n + below(slots_.size() - n);
        slots_[k] = {v, d, ++time_};
    }
    template <class F> void apply(const F& f) {
        const Slot a = any(), b = any();
        add(f(a.value, b.value), f(a.forward, b.forward));
    }
    void compute() {
        switch (below(6)) {
            case 0:
                return apply([](const auto& a, const auto& b) { return tame(a * b); });
            case 1:
                return apply([](const auto& a, const auto& b) { return tame(a - 0.5 * b + a * a); });
            case 2:
                return apply([](const auto& a, const auto& b) { return tame(select(a < b, a, 2.0)); });
            case 3:
                return apply([](const auto& a, const auto& b) { return tame(a / (1.0 + b * b)); });
            case 4:
                return apply([](const auto& a, const auto&) { return tame(a + detach(a)); });
            default:
                return apply([](const auto& a, const auto& b) { return tame(max(a, b) * 0.5); });
        }
    }
    template <class E> static auto tame(const E& e) { return typename E::WengertNumber(tanh(e)); }
    void add_in_place() {
        const std::size_t k = below(slots_.size());
        if (k < n) return;
        Slot& s = slots_[k];
        for (std::size_t times = 1 + below(4); times > 0; --times) {
            const Slot o = any();
            const wengert::Id before = s.value.id() & ~wengert::detail::open_bit;
            switch (below(5)) {
                case 0:
                    s.value += o.value * 0.1, s.forward += o.forward * 0.1;
                    break;
                case 1:
                    s.value -= 0.1 * o.value * s.value, s.forward -= 0.1 * o.forward * s.forward;
                    break;
                case 2:
                    s.value += 0.5, s.forward += 0.5;
                    break;
                case 3:
                    s.value += select(true, 0.25, o.value), s.forward += 0.25;
                    break;
                default:
                    s.value *= 0.5, s.forward *= 0.5;
                    break;
            }
            if ((s.value.id() & ~wengert::detail::open_bit) != before) s.made = ++time_;
        }
    }
    void copy() {
        const Slot a = any();
        slots_.size() < 60 ? slots_.push_back(a) : static_cast<void>(0);
    }
    void fuse() {
        std::vector<Value> v;
        std::vector<D> d;
        const std::size_t from = below(slots_.size());
        for (std::size_t k = from; k < slots_.size() && v.size() < 1 + from % 13; ++k) {
            v.push_back(slots_[k].value);
            d.push_back(slots_[k].forward);
        }
        const Slot bias = any();
        if (below(2) == 0)
            add(tanh(dot(v, v, bias.value)), tanh(dot(d, d, bias.forward)));
        else
            add(tanh(sum(v)) - 0.1 * log_sum_exp(v), tanh(sum(d)) - 0.1 * log_sum_exp(d));
    }
    void compare(const Slot& y, const std::array<double, n>& reverse) {
        for (std::size_t k = 0; k < n; ++k) {
            const double forward = y.forward.tangent(k);
            ASSERT_NEAR(reverse[k], forward, 1e-9 * (1.0 + std::abs(forward)));
        }
        ++checks_;
    }
    void check() {
        const Slot& y = any();
        ASSERT_NEAR(y.value.value(), y.forward.value(), 1e-12 * (1.0 + std::abs(y.forward.value())));
        y.value.backward();
        compare(y, {base_[0].grad(), base_[1].grad(), base_[2].grad()});
        for (const Value& v : stale_) ASSERT_THROW(static_cast<void>(v.grad()), Error);
        for (const Slot& s : slots_)
            if (s.value.active()) {
                ASSERT_NO_THROW(static_cast<void>(s.value.grad()));
            }
    }
    void check_to_mark() {
        if (marks_.empty()) return;
        const auto& m = marks_[below(marks_.size())];
        const Slot& y = any();
        std::vector<double> reverse;
        y.value.backward();
        for (const Slot& s : slots_) reverse.push_back(s.value.active() ? s.value.grad() : 0.0);
        any().value.backward();
        std::vector<double> before;
        for (const Slot& s : slots_) before.push_back(s.value.active() ? s.value.grad() : 0.0);
        std::vector<double> received(m.values, 0.0);
        wengert::backward_to(m.mark, y.value, received);
        for (std::size_t k = 0; k < slots_.size(); ++k) {
            const Slot& s = slots_[k];
            if (!s.value.active()) continue;
            const bool above = wengert::detail::index_of(s.value.id()) > m.last;
            ASSERT_EQ(s.value.grad(), above ? reverse[k] : before[k]);
        }
        if (m.values == n) compare(y, {received[0], received[1], received[2]});
    }

    std::mt19937_64 random_;
    std::vector<Slot> slots_;
    std::vector<Mark> marks_;
    std::vector<Value> stale_;
    std::array<Value, n> base_;
    std::size_t time_ = 0, checks_ = 0;
};

class RandomPrograms : public ::testing::TestWithParam<std::uint64_t> {};
TEST_P(RandomPrograms, DifferentiateAsForwardModeDoes) {
    RandomProgram program(GetParam());
    for (int k = 0; k < 3000; ++k) {
        program.step();
        if (HasFatalFailure()) FAIL() << "at step " << k;
    }
    EXPECT_GT(program.checks(), 200U);
    wengert::clear();
}
INSTANTIATE_TEST_SUITE_P(Seeds, RandomPrograms, ::testing::Range<std::uint64_t>(1, 21));

}  // namespace
