// exp, expm1, log, log1p and the normal distribution: our own, so that every instruction set does
// the same operations and gets the same bits. Each reduces its argument to a short interval and
// sums a power series there with fused multiply-adds. Largest errors measured against 50 digits
// (tests/kernels): float32 and float64 within 2 ulp for exp, 3 ulp for expm1 and log1p.
#pragma once

#include "hyper_parameters.h"

// What the tests measure: the name, and the function of x below.
#define GLASSNET_ELEMENTARY(FUNCTION)          \
    FUNCTION(exp, exp<T>(x))                   \
    FUNCTION(expm1, exp_and_expm1<T>(x).expm1) \
    FUNCTION(log1p, log1p<T>(x))               \
    FUNCTION(log, log<T>(x))                   \
    FUNCTION(normal_tail, normal<T>(x).tail)   \
    FUNCTION(normal_density, normal<T>(x).density)

namespace glassnet {

enum class Elementary : int32_t { GLASSNET_ELEMENTARY(GLASSNET_ENUMERATOR) };

}  // namespace glassnet

#ifdef GLASSNET_ISA
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
    static constexpr float erfc_coefficients[] = {0x1.20d70ap-3f,  0x1.21a4e4p-3f,  0x1.0d7d6ap-3f,
                                                  0x1.535f92p-3f,  -0x1.03aec2p-4f, 0x1.4eb5a8p-1f,
                                                  -0x1.146c70p+0f, 0x1.b05ac4p+0f,  -0x1.6cdd16p+0f,
                                                  0x1.9c5394p-1f,  -0x1.46305ep-3f};
};
template <>
struct Constants<double> {
    static constexpr double log2_e = 0x1.71547652b82fep+0;
    static constexpr double ln2_high = 0x1.62e42fefap-1, ln2_low = 0x1.cf79abc9e3b3ap-40;
    static constexpr double exp_lowest = -708.0, exp_highest = 709.7;
    static constexpr double rounder = 0x1.8p52;
    static constexpr int exp_terms = 13, log_terms = 11;
    static constexpr double erfc_coefficients[] = {
        0x1.20dd750294718p-3,  0x1.20dd7566d307cp-3, 0x1.17d67e3841cb2p-3,  0x1.05c978b808ca8p-3,
        0x1.d705fef0f6ae3p-4,  0x1.96556c6f3cd88p-4, 0x1.474c5f8dceb61p-4,  0x1.19e86965deab1p-4,
        0x1.194f771bcd2c0p-6,  0x1.027d353b8e6eep-3, -0x1.0b43bde3a8a90p-2, 0x1.4f1ff0a27cd03p-1,
        -0x1.3a8146dfe72bfp+0, 0x1.e64e131915e96p+0, -0x1.2f44b051a73a6p+1, 0x1.2c3bbd5b6b425p+1,
        -0x1.d0771b0a63fe4p+0, 0x1.0f453d54dca6fp+0, -0x1.c8653bcae3c16p-2, 0x1.032b52b1e31e7p-3,
        -0x1.6314bb8723077p-6, 0x1.bb889b00479f0p-10};
};

// The exponent bits of the float format are moved by whole numbers: x * 2^n.
template <class T>
inline Vec<T> scale_by_power_of_two(Vec<T> x, Bits<T> n) {
    return (Vec<T>)((Bits<T>)x + (n << VectorTraits<T>::mantissa_bits));
}

// x = n ln 2 + r with |r| <= ln 2 / 2.
template <class T>
struct ReducedRange {
    Vec<T> r;
    Bits<T> n;
};
template <class T>
inline ReducedRange<T> reduce_range(Vec<T> x) {
    using C = Constants<T>;
    const Vec<T> rounder = broadcast(C::rounder);
    const Vec<T> shifted = fma(x, broadcast(C::log2_e), rounder);
    const Vec<T> n = shifted - rounder;
    const Vec<T> r = fma(n, broadcast(-C::ln2_low), fma(n, broadcast(-C::ln2_high), x));
    return {r, (Bits<T>)shifted - (Bits<T>)rounder};
}

// 1 / k! for k = 0, 1, 2, ...
template <class T>
inline constexpr T reciprocal_factorial(int k) {
    double product = 1;
    for (int i = 2; i <= k; ++i) product *= i;
    return T(1 / product);
}

// (exp(r) - 1) / r = 1 + r/2! + r^2/3! + ...
template <class T>
inline Vec<T> exp_series(Vec<T> r) {
    constexpr int terms = Constants<T>::exp_terms;
    Vec<T> sum = broadcast(reciprocal_factorial<T>(terms));
#pragma GCC unroll 16
    for (int k = terms - 1; k >= 1; --k) sum = fma(sum, r, broadcast(reciprocal_factorial<T>(k)));
    return sum;
}

// exp(x) for x <= 0; zero below exp_lowest (no denormal results).
template <class T>
inline Vec<T> exp_nonpositive(Vec<T> x) {
    const ReducedRange<T> reduced = reduce_range<T>(x);
    const Vec<T> power = fma(exp_series<T>(reduced.r), reduced.r, broadcast(T(1)));
    const Vec<T> y = scale_by_power_of_two<T>(power, reduced.n);
    return x < Constants<T>::exp_lowest ? Vec<T>{} : y;
}

// exp(x) for any x; infinite above exp_highest.
template <class T>
inline Vec<T> exp(Vec<T> x) {
    const Vec<T> y = exp_nonpositive<T>(x);
    return x > Constants<T>::exp_highest ? broadcast(T(__builtin_inf())) : y;
}

// exp(x), and exp(x) - 1 exact to the last bits near 0: 2^n (exp(r) - 1) + (2^n - 1). For x up to
// exp_highest; below exp_lowest x counts as exp_lowest.
template <class T>
struct ExpAndExpm1 {
    Vec<T> exp, expm1;
};
template <class T>
inline ExpAndExpm1<T> exp_and_expm1(Vec<T> x) {
    const ReducedRange<T> reduced =
        reduce_range<T>(maximum(broadcast(Constants<T>::exp_lowest), x));
    const Vec<T> one = broadcast(T(1));
    const Vec<T> power_of_two = scale_by_power_of_two<T>(one, reduced.n);
    const Vec<T> small = exp_series<T>(reduced.r) * reduced.r;
    return {fma(power_of_two, small, power_of_two), fma(power_of_two, small, power_of_two - one)};
}

// x = m 2^n with m near 1.
template <class T>
struct Decomposed {
    Vec<T> m, n;
};
template <class T>
inline Decomposed<T> decompose(Vec<T> x) {
    // Exponent of x / sqrt(1/2): m lands in [sqrt(1/2), sqrt(2)).
    const Vec<T> half_root = broadcast(T(0x1.6a09e667f3bcdp-1));
    const Bits<T> n = ((Bits<T>)x - (Bits<T>)half_root) >> VectorTraits<T>::mantissa_bits;
    return {scale_by_power_of_two<T>(x, -n), __builtin_convertvector(n, Vec<T>)};
}

// ln m = 2 artanh(s), s = (m - 1) / (m + 1).
template <class T>
inline Vec<T> log_near_one(Vec<T> m) {
    constexpr int terms = Constants<T>::log_terms;
    const Vec<T> one = broadcast(T(1));
    const Vec<T> s = (m - one) / (m + one);
    const Vec<T> z = s * s;
    Vec<T> sum = broadcast(T(2.0 / (2 * terms + 1)));
#pragma GCC unroll 16
    for (int k = terms - 1; k >= 1; --k) sum = fma(sum, z, broadcast(T(2.0 / (2 * k + 1))));
    return fma(sum * z, s, s + s);
}

// ln x for positive normal x.
template <class T>
inline Vec<T> log(Vec<T> x) {
    using C = Constants<T>;
    const Decomposed<T> parts = decompose<T>(x);
    const Vec<T> small = fma(parts.n, broadcast(C::ln2_low), log_near_one<T>(parts.m));
    return fma(parts.n, broadcast(C::ln2_high), small);
}

// ln(1 + x) for finite x >= 0. What rounding u = 1 + x lost comes back as (x - (u - 1)) / u.
template <class T>
inline Vec<T> log1p(Vec<T> x) {
    using C = Constants<T>;
    const Vec<T> one = broadcast(T(1));
    const Vec<T> u = one + x;
    const Vec<T> lost = (x < one ? x - (u - one) : one - (u - x)) / u;
    const Decomposed<T> parts = decompose<T>(u);
    const Vec<T> small = fma(parts.n, broadcast(C::ln2_low), log_near_one<T>(parts.m) + lost);
    return fma(parts.n, broadcast(C::ln2_high), small);
}

// The normal distribution at x: its density, and its mass below -|x|.
template <class T>
struct Normal {
    Vec<T> density, tail;
};
// tail = erfc(z) / 2 with z = |x| / sqrt(2), and erfc(z) = exp(-z^2) t Q(t) with t = 4 / (4 + z).
// Q is smooth; its polynomial is the Chebyshev approximation on [1/8, 1], within 3e-8 (float32)
// and 6e-17 (float64) of it. What rounding x^2 lost comes back as a factor.
template <class T>
inline Normal<T> normal(Vec<T> x) {
    const Vec<T> most = broadcast(T(40)), size = abs<T>(x);
    const Vec<T> bounded = size > most ? most : size;
    const Vec<T> square = bounded * bounded, lost = fma(bounded, bounded, -square);
    const Vec<T> half = broadcast(T(0.5));
    const Vec<T> e = exp_nonpositive<T>(-half * square);
    const Vec<T> bell = fma(e, -half * lost, e);
    const Vec<T> t =
        broadcast(T(4)) / fma(bounded, broadcast(T(0.70710678118654752440)), broadcast(T(4)));
    const auto& coefficients = Constants<T>::erfc_coefficients;
    constexpr int count = int(sizeof(coefficients) / sizeof(T));
    Vec<T> q = broadcast(coefficients[count - 1]);
#pragma GCC unroll 32
    for (int k = count - 2; k >= 0; --k) q = fma(q, t, broadcast(coefficients[k]));
    return {bell * broadcast(T(0.39894228040143267794)), bell * half * (t * q)};
}

template <class T>
inline Vec<T> elementary_value(Elementary function, Vec<T> x) {
#define GLASSNET_RETURN(name, value) \
    case Elementary::name: return value;
    switch (function) { GLASSNET_ELEMENTARY(GLASSNET_RETURN) }
#undef GLASSNET_RETURN
    return x;
}

}  // namespace glassnet::GLASSNET_ISA
#endif
