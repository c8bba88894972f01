// One lane. Needs nothing of the processor: where it has no fused multiply-add, the C library's
// gives the same bits.
#pragma once

namespace glassnet::GLASSNET_ISA {

inline constexpr int tile_rows = 4;

inline Vec<float> broadcast(float x) { return Vec<float>{x}; }
inline Vec<double> broadcast(double x) { return Vec<double>{x}; }
inline Vec<float> fma(Vec<float> a, Vec<float> b, Vec<float> c) {
    return Vec<float>{__builtin_fmaf(a[0], b[0], c[0])};
}
inline Vec<double> fma(Vec<double> a, Vec<double> b, Vec<double> c) {
    return Vec<double>{__builtin_fma(a[0], b[0], c[0])};
}
inline Vec<float> sqrt(Vec<float> x) { return Vec<float>{__builtin_sqrtf(x[0])}; }
inline Vec<double> sqrt(Vec<double> x) { return Vec<double>{__builtin_sqrt(x[0])}; }

// The larger one; `b` where one is not a number.
template <class V>
inline V maximum(V a, V b) {
    return a > b ? a : b;
}

// One lane has no halves. Never called, but the transposition has to compile.
template <class V>
inline V interleave_low(V a, V) {
    return a;
}
template <class V>
inline V interleave_high(V, V b) {
    return b;
}

// A part of one lane is empty. Never called.
template <class T>
inline Vec<T> load_partial(const T*, int) {
    return Vec<T>{};
}
template <class T>
inline void store_partial(T*, Vec<T>, int) {}

}  // namespace glassnet::GLASSNET_ISA
