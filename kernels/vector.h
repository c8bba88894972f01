// A vector of as many numbers as one register holds. Arithmetic, comparison and selection are the
// compiler's own vector operators; what they lack (fused multiply-add, square root, partial
// loads) is in a small file for each instruction set. Written with one lane, the loops above
// are the scalar build: the same operations on each element, in the same order, hence the same
// bits.
#pragma once

#include <cstdint>

#ifndef GLASSNET_ISA
#error "CMake compiles this once per instruction set, with -DGLASSNET_ISA=<name>"
#endif

namespace glassnet::GLASSNET_ISA {

template <class T>
struct VectorTraits;
template <>
struct VectorTraits<float> {
    static constexpr int bytes = GLASSNET_REGISTER_BYTES ? GLASSNET_REGISTER_BYTES : sizeof(float);
    typedef float type __attribute__((vector_size(bytes)));
    typedef float unaligned __attribute__((vector_size(bytes), aligned(4), may_alias));
    typedef int32_t bit;
    typedef int32_t bits __attribute__((vector_size(bytes)));
    static constexpr int mantissa_bits = 23;
};
template <>
struct VectorTraits<double> {
    static constexpr int bytes = GLASSNET_REGISTER_BYTES ? GLASSNET_REGISTER_BYTES : sizeof(double);
    typedef double type __attribute__((vector_size(bytes)));
    typedef double unaligned __attribute__((vector_size(bytes), aligned(8), may_alias));
    typedef int64_t bit;
    typedef int64_t bits __attribute__((vector_size(bytes)));
    static constexpr int mantissa_bits = 52;
};

template <class T>
using Vec = typename VectorTraits<T>::type;
template <class T>
using Bits = typename VectorTraits<T>::bits;
template <class T>
inline constexpr int lanes = VectorTraits<T>::bytes / int(sizeof(T));

// How many numbers a cache line holds.
template <class T>
inline constexpr int64_t cache_line = 64 / int64_t(sizeof(T));

template <class T>
inline Vec<T> load(const T* from) {
    return *reinterpret_cast<const typename VectorTraits<T>::unaligned*>(from);
}
template <class T>
inline void store(T* to, Vec<T> x) {
    *reinterpret_cast<typename VectorTraits<T>::unaligned*>(to) = x;
}

}  // namespace glassnet::GLASSNET_ISA

#if GLASSNET_REGISTER_BYTES == 64
#include "vector_avx512.h"
#elif GLASSNET_REGISTER_BYTES == 32
#include "vector_avx2.h"
#elif GLASSNET_REGISTER_BYTES == 16
#include "vector_neon.h"
#else
#include "vector_scalar.h"
#endif

namespace glassnet::GLASSNET_ISA {

// The first `count` elements, zeros beyond them.
template <class T>
inline Vec<T> load(const T* from, int count) {
    return count == lanes<T> ? load(from) : load_partial(from, count);
}
template <class T>
inline void store(T* to, Vec<T> x, int count) {
    if (count == lanes<T>)
        store(to, x);
    else
        store_partial(to, x, count);
}

// How many of `count` elements the vector that begins at `at` still has.
template <class T>
inline int lanes_left(int64_t at, int64_t count) {
    return count - at < lanes<T> ? int(count - at) : lanes<T>;
}

template <class T>
inline Bits<T> sign_bit() {
    return Bits<T>{} + (typename VectorTraits<T>::bit(1) << (8 * int(sizeof(T)) - 1));
}
template <class T>
inline Vec<T> abs(Vec<T> x) {
    return (Vec<T>)((Bits<T>)x & ~sign_bit<T>());
}
template <class T>
inline Vec<T> negative_abs(Vec<T> x) {
    return (Vec<T>)((Bits<T>)x | sign_bit<T>());
}
template <class T>
inline Vec<T> max_zero(Vec<T> x) {
    return x < 0 ? Vec<T>{} : x;
}

// Transposes a block of at most `lanes` rows and columns: column c becomes a whole vector at
// to + c * to_stride, of which the first `rows` elements are the column and the others 0.
template <class T>
inline void transpose(const T* from, int64_t from_stride, int rows, int columns, T* to,
                      int64_t to_stride) {
    Vec<T> block[lanes<T>], next[lanes<T>];
#pragma GCC unroll 16
    for (int row = 0; row < lanes<T>; ++row)
        block[row] = row < rows ? load(from + row * from_stride, columns) : Vec<T>{};
    // After log2(lanes) perfect shuffles of the rows, element (r, c) is at (c, r).
#pragma GCC unroll 4
    for (int distance = 1; distance < lanes<T>; distance *= 2) {
#pragma GCC unroll 8
        for (int row = 0; row < lanes<T> / 2; ++row) {
            next[2 * row] = interleave_low(block[row], block[row + lanes<T> / 2]);
            next[2 * row + 1] = interleave_high(block[row], block[row + lanes<T> / 2]);
        }
#pragma GCC unroll 16
        for (int row = 0; row < lanes<T>; ++row) block[row] = next[row];
    }
#pragma GCC unroll 16
    for (int column = 0; column < lanes<T>; ++column)
        if (column < columns) store(to + column * to_stride, block[column]);
}

}  // namespace glassnet::GLASSNET_ISA
