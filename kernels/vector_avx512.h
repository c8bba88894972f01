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
inline __m512 sqrt(__m512 x) { return _mm512_sqrt_ps(x); }
inline __m512d sqrt(__m512d x) { return _mm512_sqrt_pd(x); }

// The larger one; `b` where one is not a number.
inline __m512 maximum(__m512 a, __m512 b) { return _mm512_max_ps(a, b); }
inline __m512d maximum(__m512d a, __m512d b) { return _mm512_max_pd(a, b); }

// a0 b0 a1 b1 ... of the lower, or of the upper halves.
inline __m512 interleave_low(__m512 a, __m512 b) {
    const __m512i order = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    return _mm512_permutex2var_ps(a, order, b);
}
inline __m512 interleave_high(__m512 a, __m512 b) {
    const __m512i order =
        _mm512_setr_epi32(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    return _mm512_permutex2var_ps(a, order, b);
}
inline __m512d interleave_low(__m512d a, __m512d b) {
    return _mm512_permutex2var_pd(a, _mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11), b);
}
inline __m512d interleave_high(__m512d a, __m512d b) {
    return _mm512_permutex2var_pd(a, _mm512_setr_epi64(4, 12, 5, 13, 6, 14, 7, 15), b);
}

inline __mmask16 mask_of(int count) { return static_cast<__mmask16>((1u << count) - 1u); }

inline __m512 load_partial(const float* from, int count) {
    return _mm512_maskz_loadu_ps(mask_of(count), from);
}
inline __m512d load_partial(const double* from, int count) {
    return _mm512_maskz_loadu_pd(static_cast<__mmask8>(mask_of(count)), from);
}
inline void store_partial(float* to, __m512 x, int count) {
    _mm512_mask_storeu_ps(to, mask_of(count), x);
}
inline void store_partial(double* to, __m512d x, int count) {
    _mm512_mask_storeu_pd(to, static_cast<__mmask8>(mask_of(count)), x);
}

}  // namespace glassnet::GLASSNET_ISA
