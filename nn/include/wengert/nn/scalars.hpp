// The scalars that networks run over, listed once; and how a generic function is kept in a handle that serves
// them all.
#pragma once

#include <concepts>
#include <utility>

#include <wengert/wengert.hpp>

namespace wengert::nn {

/// What an activation or a loss is called with: plain numbers to predict, Value to train, Dual to hold one
/// mode against the other, the nested ones for second derivatives, ComplexStep for check_gradient's referee.
/// None is float: beside one, the 0.5 of a formula would make a double.
using Scalars =
    List<double, Value, Dual<double>, Dual<Dual<double>>, Reverse<Dual<double>>, Dual<Value>, ComplexStep>;

namespace detail {
template <class T, class L> inline constexpr bool among = false;
template <class T, class... U> inline constexpr bool among<T, List<U...>> = (std::same_as<T, U> || ...);
}  // namespace detail
/// Whether networks run over T: a float by way of double.
template <class T> inline constexpr bool serves = std::same_as<T, float> || detail::among<T, Scalars>;

/// One virtual `call` for each scalar.
template <template <class> class Interface, class L = Scalars> struct ErasedInterface;
template <template <class> class Interface, class... T> struct ErasedInterface<Interface, List<T...>>
    : Interface<T>... {
    using Interface<T>::call...;
};

namespace detail {
// A link of a chain that overrides Interface<T>::call for each T, each by How<T, F>::call(f, ...).
template <template <class> class Interface, template <class, class> class How, class F, class L> struct Link;
template <template <class> class Interface, template <class, class> class How, class F>
struct Link<Interface, How, F, List<>> : ErasedInterface<Interface> {
    explicit Link(F f) : function(std::move(f)) {}
    F function;
};
template <template <class> class Interface, template <class, class> class How, class F, class T,
          class... More>
struct Link<Interface, How, F, List<T, More...>> : Link<Interface, How, F, List<More...>> {
    using Link<Interface, How, F, List<More...>>::Link;
    using Link<Interface, How, F, List<More...>>::call;
    using Arguments = typename Interface<T>::Arguments;
    typename Interface<T>::Result call(Arguments arguments) const override {
        return How<T, F>::call(this->function, arguments);
    }
};
}  // namespace detail

/// A generic function behind the interface.
template <template <class> class Interface, template <class, class> class How, class F> using Erased =
    detail::Link<Interface, How, F, Scalars>;

}  // namespace wengert::nn
