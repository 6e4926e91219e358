#include "support/every_rule.hpp"

namespace every_rule {
INSTANTIATE_TYPED_TEST_SUITE_P(Quarter2, EveryRule, Quarter<1>, Name);
}
