// What is asked of every rule, of the activations: derivatives within a few units of the referee's, forward
// as in reverse, in every nesting, in float, in every corner.
#include <wengert/nn/activations.hpp>

#include "support/every_rule.hpp"

namespace every_rule {

template <class... Rules> testing::Types<Rules...> types_of(wengert::List<Rules...>);
using Activations = decltype(types_of(wengert::nn::activations::All{}));
INSTANTIATE_TYPED_TEST_SUITE_P(Activations, EveryRule, Activations, Name);

}  // namespace every_rule
