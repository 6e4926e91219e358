#pragma once

#include <string>

#include <wengert/error.hpp>

/// The sentence of the Error that f throws; empty if it throws none.
template <class F> std::string error_of(const F& f) {
    try {
        f();
    } catch (const wengert::Error& e) {
        return e.what();
    }
    return {};
}
