// A vector of as many numbers as one register holds. Arithmetic, comparison and selection are the
// compiler's own vector operators; what they cannot say (fused multiply-add, square root, loads of
// a part) each instruction set says in its own small file. Written with one lane, the loops above
// are the scalar build: the same operations on each element, in the same order, hence the same
// bits.
#pragma once

#include <cstdint>

#ifndef GLASSNET_ISA
#error "CMake compiles this once per instruction set, with -DGLASSNET_ISA=<name>"
#endif

namespace glassnet::GLASSNET_ISA {

template <class T>
struct VectorOf;
template <>
struct VectorOf<float> {
    static constexpr int bytes = GLASSNET_REGISTER_BYTES ? GLASSNET_REGISTER_BYTES : sizeof(float);
    typedef float type __attribute__((vector_size(bytes)));
    typedef float anywhere __attribute__((vector_size(bytes), aligned(4), may_alias));
    typedef int32_t bits __attribute__((vector_size(bytes)));
    static constexpr int mantissa_bits = 23;
};
template <>
struct VectorOf<double> {
    static constexpr int bytes = GLASSNET_REGISTER_BYTES ? GLASSNET_REGISTER_BYTES : sizeof(double);
    typedef double type __attribute__((vector_size(bytes)));
    typedef double anywhere __attribute__((vector_size(bytes), aligned(8), may_alias));
    typedef int64_t bits __attribute__((vector_size(bytes)));
    static constexpr int mantissa_bits = 52;
};

template <class T>
using Vec = typename VectorOf<T>::type;
template <class T>
using Bits = typename VectorOf<T>::bits;
template <class T>
inline constexpr int lanes = VectorOf<T>::bytes / int(sizeof(T));

template <class T>
inline Vec<T> load(const T* from) {
    return *reinterpret_cast<const typename VectorOf<T>::anywhere*>(from);
}
template <class T>
inline void store(T* to, Vec<T> x) {
    *reinterpret_cast<typename VectorOf<T>::anywhere*>(to) = x;
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

// The first `count` elements, zeros behind them.
template <class T>
inline Vec<T> load(const T* from, int count) {
    return count == lanes<T> ? load(from) : load_part(from, count);
}
template <class T>
inline void store(T* to, Vec<T> x, int count) {
    if (count == lanes<T>)
        store(to, x);
    else
        store_part(to, x, count);
}

template <class T>
inline Vec<T> absolute(Vec<T> x) {
    return x < 0 ? -x : x;
}
template <class T>
inline Vec<T> zero_or_above(Vec<T> x) {
    return x < 0 ? Vec<T>{} : x;
}

}  // namespace glassnet::GLASSNET_ISA
