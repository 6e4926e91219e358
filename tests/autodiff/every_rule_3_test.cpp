#include "support/every_rule.hpp"

namespace every_rule {
INSTANTIATE_TYPED_TEST_SUITE_P(Quarter3, EveryRule, Quarter<2>, Name);
}
