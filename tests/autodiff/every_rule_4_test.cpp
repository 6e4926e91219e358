#include "support/every_rule.hpp"

namespace every_rule {
INSTANTIATE_TYPED_TEST_SUITE_P(Quarter4, EveryRule, Quarter<3>, Name);
}
