// The polygamma functions of a plain number: what the derivatives of lgamma and tgamma are made of, and what
// the C++ standard library lacks.
#pragma once

namespace wengert {

/// psi^(n)(x) = d^(n+1)/dx^(n+1) log Gamma(x): digamma for n = 0, trigamma for n = 1, and so on.
///
/// n is from 0 to 5: the engine offers 0 to 4, and 5 is the derivative of 4. x is any number:
///   x = +0, -0          the one-sided limit: -infinity, +infinity for even n; +infinity for odd n
///   x = -1, -2, ...     +infinity for odd n; NaN for even n, where the two sides differ in sign. Every
///                       double below -2^52 is such an integer
///   x = +infinity       the limit: +infinity for n = 0; 0 for odd n, -0 for even n > 0
///   x = -infinity, NaN  NaN
/// Overflow gives an infinity, underflow a subnormal number or 0 of the right sign.
///
/// Error, in units in the last place of the result: at most 2 for x > 0, near the root of digamma at 1.46 as
/// well, and for x < 0 with odd n. (Measured: below 1; the logarithm of the C library is most of it.) For
/// x < 0 and even n there is a root between any two poles, where the two terms of the reflection formula
///   psi^(n)(x) = psi^(n)(1 - x) - d^n/dx^n pi cot(pi x)
/// cancel: the error is at most 2 units plus 2^-52 |psi^(n)(1 - x)|, small beside 1 + |pi cot(pi x)| or its
/// derivative, but many units of a result near 0.
///
/// Throws Error for any other n. Costs from some 20 ns (x > 12) over 400 ns (0 < x < 12) to 700 ns (x < 0).
/// Source: NIST Digital Library of Mathematical Functions (DLMF), https://dlmf.nist.gov, 5.5, 5.11, 5.15.
double polygamma_value(int n, double x);

}  // namespace wengert
