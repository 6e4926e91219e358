// What the tests of the recording share.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include <wengert/wengert.hpp>

#include "support/error_of.hpp"

namespace {

class TapeTest : public ::testing::Test {
protected:
    void SetUp() override { wengert::clear(); }
    void TearDown() override {
        wengert::set_memory_limit(std::size_t{8} << 30);
        wengert::set_index_limit(std::numeric_limits<std::uint32_t>::max());
        wengert::clear();
    }
    /// That this thread's tape records and sweeps.
    static void expect_usable() {
        const wengert::Value x = wengert::variable(3.0);
        const wengert::Value y = x * x + sin(x);
        y.backward();
        EXPECT_DOUBLE_EQ(x.grad(), 6.0 + std::cos(3.0));
    }
};

}  // namespace
