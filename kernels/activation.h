// Activation functions: value and derivative side by side, from one net input and one exponential.
// The derivative is formed without 1 - y, which would cancel where a unit saturates.
#pragma once

#include "elementary.h"
#include "network.h"

namespace glassnet::GLASSNET_ISA {

template <class T>
struct Activated {
    Vec<T> output;      // g(in)
    Vec<T> derivative;  // g'(in)
};

template <class T>
inline Activated<T> activate_identity(Vec<T> net_input) {
    return {net_input, broadcast(T(1))};
}

// With e = exp(-|in|): the larger of y and 1 - y is 1 / (1 + e), the smaller e / (1 + e).
template <class T>
inline Activated<T> activate_sigmoid(Vec<T> net_input) {
    const Vec<T> e = exponential<T>(-absolute<T>(net_input));
    const Vec<T> larger = broadcast(T(1)) / (broadcast(T(1)) + e);
    const Vec<T> smaller = e * larger;
    return {net_input < 0 ? smaller : larger, smaller * larger};
}

// With t = exp(2|in|) - 1: |y| = t / (t + 2), 1 - y^2 = 4 (t + 1) / (t + 2)^2.
template <class T>
inline Activated<T> activate_tanh(Vec<T> net_input) {
    const Vec<T> one = broadcast(T(1)), two = broadcast(T(2));
    // Beyond 40, tanh is 1 and its derivative below 2^-100 in both precisions.
    const Vec<T> size = absolute<T>(net_input);
    const Vec<T> bounded = size > T(40) ? broadcast(T(40)) : size;
    const Vec<T> t = exponential_minus_one<T>(two * bounded);
    const Vec<T> reciprocal = one / (t + two);
    const Vec<T> y = t * reciprocal;
    // NaN fails every comparison above, so it comes back by hand.
    const Vec<T> output = net_input < 0 ? -y : y;
    return {net_input == net_input ? output : net_input,
            ((t + one) * (two * reciprocal)) * (two * reciprocal)};
}

template <class T>
inline Activated<T> activate_relu(Vec<T> net_input) {
    return {zero_or_above<T>(net_input), net_input > 0 ? broadcast(T(1)) : Vec<T>{}};
}

template <class T>
inline Activated<T> activate(Activation activation, Vec<T> net_input) {
    switch (activation) {
        case Activation::sigmoid: return activate_sigmoid<T>(net_input);
        case Activation::tanh: return activate_tanh<T>(net_input);
        case Activation::relu: return activate_relu<T>(net_input);
        default: return activate_identity<T>(net_input);
    }
}

// Softmax is the one activation that looks at a whole layer.
template <class T>
struct SoftmaxRow {
    T largest;   // the largest net input ...
    int64_t at;  // ... and its first place
    T rest;      // sum of exp(in_k - largest) over the other units
};

// output[k] = exp(in_k - largest) / (1 + rest). The sum is one chain in the order of k.
template <class T>
inline SoftmaxRow<T> softmax_row(const T* net_input, int64_t units, T* output) {
    SoftmaxRow<T> row{net_input[0], 0, T(0)};
    for (int64_t k = 1; k < units; ++k) {
        if (net_input[k] > row.largest) {
            row.largest = net_input[k];
            row.at = k;
        }
    }
    const Vec<T> largest = broadcast(row.largest);
    for (int64_t k = 0; k < units; k += lanes<T>) {
        const int count = units - k < lanes<T> ? int(units - k) : lanes<T>;
        store(output + k, exponential<T>(load(net_input + k, count) - largest), count);
    }
    for (int64_t k = 0; k < units; ++k)
        if (k != row.at) row.rest += output[k];
    const Vec<T> whole = broadcast(T(1) + row.rest);
    for (int64_t k = 0; k < units; k += lanes<T>) {
        const int count = units - k < lanes<T> ? int(units - k) : lanes<T>;
        store(output + k, load(output + k, count) / whole, count);
    }
    return row;
}

// The Jacobian of softmax times g = dE/dy: delta_i = y_i (g_i - sum_k g_k y_k). May work in place.
template <class T>
inline void softmax_backward_row(const T* output, const T* d_output, int64_t units, T* delta) {
    T mean = 0;
    for (int64_t k = 0; k < units; ++k)
        mean = fma(broadcast(d_output[k]), broadcast(output[k]), broadcast(mean))[0];
    for (int64_t k = 0; k < units; ++k) delta[k] = output[k] * (d_output[k] - mean);
}

// y = g(in) for one row of a layer; no derivative.
template <class T>
inline void activate_row(Activation activation, const T* net_input, int64_t units, T* output) {
    if (activation == Activation::softmax) {
        softmax_row(net_input, units, output);
        return;
    }
    for (int64_t k = 0; k < units; k += lanes<T>) {
        const int count = units - k < lanes<T> ? int(units - k) : lanes<T>;
        store(output + k, activate<T>(activation, load(net_input + k, count)).output, count);
    }
}

}  // namespace glassnet::GLASSNET_ISA
