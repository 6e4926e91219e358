// expect: or a struct of your own: a template S<T> with
#include <list>

#include <wengert/wengert.hpp>

auto f() {
    return wengert::gradient([](const auto& x) { return x.front() * x.front(); }, std::list<double>{1.0});
}
