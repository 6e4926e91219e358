// Data sets that need no file: points by formula, moved by seeded noise. A seed gives the same bits. `noise`
// is the deviation of the normal number that is added to every coordinate. All throw Error for fewer samples
// than they say and for a noise that is negative or not finite.
#pragma once

#include <cstddef>
#include <cstdint>

#include <wengert/nn/dataset.hpp>

namespace wengert::nn {

/// Two half circles that reach into each other: samples / 2 points (cos t, sin t) of class 0, then the
/// others, (1 - cos t, 1/2 - sin t), of class 1; each moon's t evenly spaced in [0, pi], both ends included.
/// At least 2 samples. Source: scikit-learn's make_moons (there with shuffle=False; its seeds give other
/// noise).
Dataset two_moons(std::size_t samples, double noise, std::uint64_t seed);

/// Two spirals, one inside the other: samples / 2 points (r cos t, r sin t) of class 0, then the others,
/// (-r cos t, -r sin t), of class 1, where r = 1/13 + 12/13 u and t = 2 pi turns u, with u uniform in [0, 1):
/// another seed gives other points of the same spirals. A class's neighbour on a ray is the other class, at a
/// distance of 6/13 / turns. At least 2 samples. Throws Error for turns that are not positive and finite.
/// Source: K. Lang, M. Witbrock, "Learning to tell two spirals apart" (1988); theirs have 3 turns, 97 evenly
/// spaced points each and radius 6.5.
Dataset two_spirals(std::size_t samples, double noise, std::uint64_t seed, double turns = 1.5);

/// A circle in a circle: samples / 2 points (cos t, sin t) of class 0, then the others, (factor cos t, factor
/// sin t), of class 1; each circle's t evenly spaced in [0, 2 pi), from 0. At least 2 samples. Throws Error
/// unless 0 < factor < 1. Source: scikit-learn's make_circles (there with shuffle=False and a factor of 0.8).
Dataset circles(std::size_t samples, double noise, std::uint64_t seed, double factor = 0.5);

/// A normal cloud for each class: class k around (cos t, sin t) with t = 2 pi k / classes, one class after
/// the other, as even in number as can be, the first ones larger by one. At least 2 classes and as many
/// samples as classes. Source: scikit-learn's make_blobs (there with centres drawn at random).
Dataset blobs(std::size_t samples, double noise, std::uint64_t seed, std::size_t classes = 3);

/// The four points (0, 0), (0, 1), (1, 0), (1, 1), of class 0, 1, 1, 0: whether the inputs differ. No
/// straight line parts the two classes.
Dataset xor_table();

/// Points around those of xor_table(): sample i around row i mod 4, of its class. At least 4 samples.
Dataset xor_points(std::size_t samples, double noise, std::uint64_t seed);

/// A curve to come near to: one input x, uniform in [-pi, pi), and one target, sin x; the noise is added to
/// the target alone. At least 1 sample.
Dataset sine(std::size_t samples, double noise, std::uint64_t seed);

}  // namespace wengert::nn
