// All of the networks, files apart: #include <wengert/nn/nn.hpp>.
#pragma once

#include <wengert/nn/activation.hpp>
#include <wengert/nn/activation_facts.hpp>
#include <wengert/nn/activations.hpp>
#include <wengert/nn/dataset.hpp>
#include <wengert/nn/initialiser.hpp>
#include <wengert/nn/layer_check.hpp>
#include <wengert/nn/lecture.hpp>
#include <wengert/nn/loss.hpp>
#include <wengert/nn/mlp.hpp>
#include <wengert/nn/optimiser.hpp>
#include <wengert/nn/perceptron.hpp>
#include <wengert/nn/random.hpp>
#include <wengert/nn/schedule.hpp>
#include <wengert/nn/standardise.hpp>
#include <wengert/nn/synthetic.hpp>
#include <wengert/nn/trainer.hpp>
