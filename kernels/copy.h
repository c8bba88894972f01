// Copies between dense arrays and those with padded rows.
#pragma once

#include "pass.h"

namespace glassnet::GLASSNET_ISA {
namespace {

// Rows of an array whose rows are `from_stride` apart to one whose rows are `to_stride` apart.
template <class T>
void copy_rows(const T* from, int64_t from_stride, int64_t rows, int64_t columns, T* to,
               int64_t to_stride) {
    for (int64_t row = 0; row < rows; ++row)
        __builtin_memcpy(to + row * to_stride, from + row * from_stride,
                         size_t(columns) * sizeof(T));
}

template <class T>
void copy_layers(const Pass<T>& pass, T* LayerArrays<T>::* array, T* to) {
    for (int64_t l = 1; to && l <= pass.depth(); ++l) {
        const int64_t units = pass.units(l);
        copy_rows(pass.layers[l].*array, pass.layers[l].stride, pass.rows, units, to, units);
        to += pass.rows * units;
    }
}

}  // namespace
}  // namespace glassnet::GLASSNET_ISA
