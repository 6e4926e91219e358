#include "support/every_rule.hpp"

namespace every_rule {
INSTANTIATE_TYPED_TEST_SUITE_P(Quarter1, EveryRule, Quarter<0>, Name);
}
