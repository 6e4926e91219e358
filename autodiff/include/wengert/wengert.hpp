// All of the engine: #include <wengert/wengert.hpp>. Networks are apart, in <wengert/nn/nn.hpp>.
#pragma once

#include <wengert/blocks.hpp>
#include <wengert/checkpointed.hpp>
#include <wengert/derivatives.hpp>
#include <wengert/dual.hpp>
#include <wengert/error.hpp>
#include <wengert/external.hpp>
#include <wengert/gradient_check.hpp>
#include <wengert/products.hpp>
#include <wengert/value.hpp>
#include <wengert/version.hpp>
