// exp, expm1, log1p: our own, so that every instruction set does the same operations and gets the
// same bits. Each reduces its argument to a short interval and sums a power series there with fused
// multiply-adds. Largest errors measured against 50 digits (tests/kernels): float32 and float64
// within 2 ulp for exp, 3 ulp for expm1 and log1p.
#pragma once

#include "vector.h"

namespace glassnet::GLASSNET_ISA {

template <class T>
struct Constants;
template <>
struct Constants<float> {
    static constexpr float log2_e = 0x1.715476p+0f;
    // ln 2 in two parts: the first with few bits, so that n * ln2_high is exact.
    static constexpr float ln2_high = 0x1.62e4p-1f, ln2_low = 0x1.7f7d1cp-20f;
    static constexpr float exp_lowest = -87.0f, exp_highest = 88.7f;
    static constexpr float rounder =
        0x1.8p23f;  // x + rounder - rounder is x rounded to a whole number
    static constexpr int exp_terms = 7, log_terms = 5;
};
template <>
struct Constants<double> {
    static constexpr double log2_e = 0x1.71547652b82fep+0;
    static constexpr double ln2_high = 0x1.62e42fefap-1, ln2_low = 0x1.cf79abc9e3b3ap-40;
    static constexpr double exp_lowest = -708.0, exp_highest = 709.7;
    static constexpr double rounder = 0x1.8p52;
    static constexpr int exp_terms = 13, log_terms = 11;
};

// The exponent bits of the float format are moved by whole numbers: x * 2^n.
template <class T>
inline Vec<T> scale_by_power_of_two(Vec<T> x, Bits<T> n) {
    return (Vec<T>)((Bits<T>)x + (n << VectorOf<T>::mantissa_bits));
}

// x = n ln 2 + r with |r| <= ln 2 / 2.
template <class T>
struct Reduced {
    Vec<T> r;
    Bits<T> n;
};
template <class T>
inline Reduced<T> reduce(Vec<T> x) {
    using C = Constants<T>;
    const Vec<T> rounder = broadcast(C::rounder);
    const Vec<T> shifted = fma(x, broadcast(C::log2_e), rounder);
    const Vec<T> n = shifted - rounder;
    const Vec<T> r = fma(n, broadcast(-C::ln2_low), fma(n, broadcast(-C::ln2_high), x));
    return {r, (Bits<T>)shifted - (Bits<T>)rounder};
}

// 1 / k! for k = 0, 1, 2, ...
template <class T>
inline constexpr T one_over_factorial(int k) {
    double product = 1;
    for (int i = 2; i <= k; ++i) product *= i;
    return T(1 / product);
}

// (exp(r) - 1) / r = 1 + r/2! + r^2/3! + ...
template <class T>
inline Vec<T> exp_series(Vec<T> r) {
    constexpr int terms = Constants<T>::exp_terms;
    Vec<T> sum = broadcast(one_over_factorial<T>(terms));
#pragma GCC unroll 16
    for (int k = terms - 1; k >= 1; --k) sum = fma(sum, r, broadcast(one_over_factorial<T>(k)));
    return sum;
}

// Zero below exp_lowest (no denormal results), infinite above exp_highest.
template <class T>
inline Vec<T> exponential(Vec<T> x) {
    using C = Constants<T>;
    const Reduced<T> reduced = reduce<T>(x);
    const Vec<T> power = fma(exp_series<T>(reduced.r), reduced.r, broadcast(T(1)));
    Vec<T> y = scale_by_power_of_two<T>(power, reduced.n);
    y = x < C::exp_lowest ? Vec<T>{} : y;
    return x > C::exp_highest ? broadcast(T(__builtin_inf())) : y;
}

// exp(x) - 1 for x >= 0, exact to the last bits near 0: 2^n (exp(r) - 1) + (2^n - 1).
template <class T>
inline Vec<T> exponential_minus_one(Vec<T> x) {
    const Reduced<T> reduced = reduce<T>(x);
    const Vec<T> one = broadcast(T(1));
    const Vec<T> power_of_two = scale_by_power_of_two<T>(one, reduced.n);
    return fma(power_of_two, exp_series<T>(reduced.r) * reduced.r, power_of_two - one);
}

// ln(1 + x) for finite x >= 0. With u = 1 + x = m 2^n, m near 1, ln m = 2 artanh(s),
// s = (m - 1) / (m + 1); what rounding u lost comes back as (x - (u - 1)) / u.
template <class T>
inline Vec<T> log_one_plus(Vec<T> x) {
    using C = Constants<T>;
    const Vec<T> one = broadcast(T(1));
    const Vec<T> u = one + x;
    // Exponent of u / sqrt(1/2): m lands in [sqrt(1/2), sqrt(2)).
    const Vec<T> half_root = broadcast(T(0x1.6a09e667f3bcdp-1));
    const Bits<T> n = ((Bits<T>)u - (Bits<T>)half_root) >> VectorOf<T>::mantissa_bits;
    const Vec<T> m = scale_by_power_of_two<T>(u, -n);
    const Vec<T> s = (m - one) / (m + one);
    const Vec<T> z = s * s;
    Vec<T> sum = broadcast(T(2.0 / (2 * C::log_terms + 1)));
#pragma GCC unroll 16
    for (int k = C::log_terms - 1; k >= 1; --k) sum = fma(sum, z, broadcast(T(2.0 / (2 * k + 1))));
    const Vec<T> lost = (x < one ? x - (u - one) : one - (u - x)) / u;
    const Vec<T> log_m = fma(sum * z, s, s + s);
    const Vec<T> exponent = __builtin_convertvector(n, Vec<T>);
    const Vec<T> small = fma(exponent, broadcast(C::ln2_low), log_m + lost);
    return fma(exponent, broadcast(C::ln2_high), small);
}

}  // namespace glassnet::GLASSNET_ISA
