// 512 bits, x86-64-v4.
#pragma once

#include <immintrin.h>

namespace glassnet::GLASSNET_ISA {

// 12 rows x 2 vectors of sums leave eight of the 32 registers for the operands.
inline constexpr int tile_rows = 12;

inline __m512 broadcast(float x) { return _mm512_set1_ps(x); }
inline __m512d broadcast(double x) { return _mm512_set1_pd(x); }
inline __m512 fma(__m512 a, __m512 b, __m512 c) { return _mm512_fmadd_ps(a, b, c); }
inline __m512d fma(__m512d a, __m512d b, __m512d c) { return _mm512_fmadd_pd(a, b, c); }
inline __m512 square_root(__m512 x) { return _mm512_sqrt_ps(x); }
inline __m512d square_root(__m512d x) { return _mm512_sqrt_pd(x); }

inline __mmask16 first(int count) { return static_cast<__mmask16>((1u << count) - 1u); }

inline __m512 load_part(const float* from, int count) {
    return _mm512_maskz_loadu_ps(first(count), from);
}
inline __m512d load_part(const double* from, int count) {
    return _mm512_maskz_loadu_pd(static_cast<__mmask8>(first(count)), from);
}
inline void store_part(float* to, __m512 x, int count) {
    _mm512_mask_storeu_ps(to, first(count), x);
}
inline void store_part(double* to, __m512d x, int count) {
    _mm512_mask_storeu_pd(to, static_cast<__mmask8>(first(count)), x);
}

}  // namespace glassnet::GLASSNET_ISA
