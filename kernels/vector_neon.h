// 128 bits, every 64-bit ARM.
#pragma once

#include <arm_neon.h>

namespace glassnet::GLASSNET_ISA {

// 12 rows x 2 vectors of sums leave eight of the 32 registers for the operands.
inline constexpr int tile_rows = 12;

inline Vec<float> broadcast(float x) { return vdupq_n_f32(x); }
inline Vec<double> broadcast(double x) { return vdupq_n_f64(x); }
inline Vec<float> fma(Vec<float> a, Vec<float> b, Vec<float> c) { return vfmaq_f32(c, a, b); }
inline Vec<double> fma(Vec<double> a, Vec<double> b, Vec<double> c) { return vfmaq_f64(c, a, b); }
inline Vec<float> sqrt(Vec<float> x) { return vsqrtq_f32(x); }
inline Vec<double> sqrt(Vec<double> x) { return vsqrtq_f64(x); }

// The larger one; `b` where one is not a number.
template <class V>
inline V maximum(V a, V b) {
    return a > b ? a : b;
}

// a0 b0 a1 b1 ... of the lower, or of the upper halves.
inline Vec<float> interleave_low(Vec<float> a, Vec<float> b) { return vzip1q_f32(a, b); }
inline Vec<float> interleave_high(Vec<float> a, Vec<float> b) { return vzip2q_f32(a, b); }
inline Vec<double> interleave_low(Vec<double> a, Vec<double> b) { return vzip1q_f64(a, b); }
inline Vec<double> interleave_high(Vec<double> a, Vec<double> b) { return vzip2q_f64(a, b); }

template <class T>
inline Vec<T> load_partial(const T* from, int count) {
    Vec<T> x{};
    for (int i = 0; i < count; ++i) x[i] = from[i];
    return x;
}
template <class T>
inline void store_partial(T* to, Vec<T> x, int count) {
    for (int i = 0; i < count; ++i) to[i] = x[i];
}

}  // namespace glassnet::GLASSNET_ISA
