#pragma once

#include <gtest/gtest.h>

#include <cstddef>

#include <wengert/wengert.hpp>

/// A caller's recording, swept, which whatever else computes on this thread must leave as it is. With its
/// marks: a rewind to one that went wrong would show.
class OwnRecording {
public:
    OwnRecording() {
        { const wengert::Recording<> mark_that_stays; }
        y_.backward();
        before_ = wengert::statistics();
    }
    ~OwnRecording() { wengert::clear(); }
    OwnRecording(const OwnRecording&) = delete;
    OwnRecording& operator=(const OwnRecording&) = delete;

    /// Its size, its adjoints, and that it can go on.
    void expect_untouched() {
        EXPECT_EQ(wengert::statistics().values, before_.values);
        EXPECT_EQ(wengert::statistics().edges, before_.edges);
        EXPECT_EQ(x_.grad(), 27);
        const wengert::Value z = y_ * x_;
        z.backward();
        EXPECT_EQ(x_.grad(), 108);
    }

private:
    static wengert::Value first() {
        wengert::clear();
        return wengert::variable(3.0);
    }
    wengert::Value x_ = first(), y_ = x_ * x_ * x_;
    wengert::Statistics before_{};
};
