// 256 bits with fused multiply-add, x86-64-v3.
#pragma once

#include <immintrin.h>

namespace glassnet::GLASSNET_ISA {

// 6 rows x 2 vectors of sums leave four of the 16 registers for the operands.
inline constexpr int tile_rows = 6;

inline __m256 broadcast(float x) { return _mm256_set1_ps(x); }
inline __m256d broadcast(double x) { return _mm256_set1_pd(x); }
inline __m256 fma(__m256 a, __m256 b, __m256 c) { return _mm256_fmadd_ps(a, b, c); }
inline __m256d fma(__m256d a, __m256d b, __m256d c) { return _mm256_fmadd_pd(a, b, c); }
inline __m256 sqrt(__m256 x) { return _mm256_sqrt_ps(x); }
inline __m256d sqrt(__m256d x) { return _mm256_sqrt_pd(x); }

// The larger one; `b` where one is not a number.
inline __m256 maximum(__m256 a, __m256 b) { return _mm256_max_ps(a, b); }
inline __m256d maximum(__m256d a, __m256d b) { return _mm256_max_pd(a, b); }

// a0 b0 a1 b1 ... of the lower, or of the upper halves.
inline __m256 interleave_low(__m256 a, __m256 b) {
    return _mm256_permute2f128_ps(_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b), 0x20);
}
inline __m256 interleave_high(__m256 a, __m256 b) {
    return _mm256_permute2f128_ps(_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b), 0x31);
}
inline __m256d interleave_low(__m256d a, __m256d b) {
    return _mm256_permute2f128_pd(_mm256_unpacklo_pd(a, b), _mm256_unpackhi_pd(a, b), 0x20);
}
inline __m256d interleave_high(__m256d a, __m256d b) {
    return _mm256_permute2f128_pd(_mm256_unpacklo_pd(a, b), _mm256_unpackhi_pd(a, b), 0x31);
}

inline __m256i mask_of_8(int count) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
inline __m256i mask_of_4(int count) {
    return _mm256_cmpgt_epi64(_mm256_set1_epi64x(count), _mm256_setr_epi64x(0, 1, 2, 3));
}

inline __m256 load_partial(const float* from, int count) {
    return _mm256_maskload_ps(from, mask_of_8(count));
}
inline __m256d load_partial(const double* from, int count) {
    return _mm256_maskload_pd(from, mask_of_4(count));
}
inline void store_partial(float* to, __m256 x, int count) {
    _mm256_maskstore_ps(to, mask_of_8(count), x);
}
inline void store_partial(double* to, __m256d x, int count) {
    _mm256_maskstore_pd(to, mask_of_4(count), x);
}

}  // namespace glassnet::GLASSNET_ISA
