// The output layer: from its net inputs to the prediction, the cost of each example (float64) and
// delta = dE/din. Softmax with cross-entropy, and sigmoid with binary cross-entropy, are computed
// from the net inputs: nothing overflows, and nothing cancels where the network is nearly right.
#pragma once

#include "activation.h"

namespace glassnet::GLASSNET_ISA {

// delta_i = p_i - d_i. For the most probable unit, 1 - p = rest / (1 + rest) has all its digits.
template <class T>
inline double categorical_crossentropy_row(const T* net_input, const T* desired, int64_t units,
                                           T* predicted, T* delta) {
    const SoftmaxRow<T> row = softmax_row(net_input, units, predicted);
    for (int64_t i = 0; i < units; ++i) delta[i] = predicted[i] - desired[i];
    const T d = desired[row.at], complement = row.rest / (T(1) + row.rest);
    delta[row.at] = (T(1) - d) * predicted[row.at] - d * complement;
    // -ln p_i = ln(1 + rest) - (in_i - largest)
    const double log_whole = double(log_one_plus<T>(broadcast(row.rest))[0]);
    double cost = 0;
    for (int64_t i = 0; i < units; ++i)
        cost += double(desired[i]) * (log_whole - double(net_input[i] - row.largest));
    return cost;
}

// -d ln p - (1 - d) ln(1 - p) = max(in, 0) - d in + ln(1 + exp(-|in|)), and
// delta = p - d = (1 - d) p - d (1 - p), divided by the number of outputs.
template <class T>
inline double binary_crossentropy_row(const T* net_input, const T* desired, int64_t units,
                                      T* predicted, T* delta) {
    const Vec<T> one = broadcast(T(1)), outputs = broadcast(T(units));
    double cost = 0;
    for (int64_t i = 0; i < units; i += lanes<T>) {
        const int count = units - i < lanes<T> ? int(units - i) : lanes<T>;
        const Vec<T> in = load(net_input + i, count), d = load(desired + i, count);
        const Vec<T> p = activate_sigmoid<T>(in).output,
                     complement = activate_sigmoid<T>(-in).output;
        store(predicted + i, p, count);
        store(delta + i, ((one - d) * p - d * complement) / outputs, count);
        const Vec<T> tail = log_one_plus<T>(exponential<T>(-absolute<T>(in)));
        const Vec<T> linear = zero_or_above<T>(in) - d * in;
        for (int lane = 0; lane < count; ++lane) cost += double(linear[lane]) + double(tail[lane]);
    }
    return cost / double(units);
}

// E = mean over the outputs of (y - d)^2; delta = dE/dy g'(in), or the Jacobian of softmax.
template <class T>
inline double mean_squared_error_row(Activation activation, const T* net_input, const T* desired,
                                     int64_t units, T* predicted, T* delta) {
    const Vec<T> factor = broadcast(T(2) / T(units));
    if (activation == Activation::softmax) softmax_row(net_input, units, predicted);
    double cost = 0;
    for (int64_t i = 0; i < units; i += lanes<T>) {
        const int count = units - i < lanes<T> ? int(units - i) : lanes<T>;
        Activated<T> y{load(predicted + i, count), broadcast(T(1))};
        if (activation != Activation::softmax)
            y = activate<T>(activation, load(net_input + i, count));
        const Vec<T> difference = y.output - load(desired + i, count);
        store(predicted + i, y.output, count);
        store(delta + i, factor * difference * y.derivative, count);
        for (int lane = 0; lane < count; ++lane)
            cost += double(difference[lane]) * double(difference[lane]);
    }
    if (activation == Activation::softmax) softmax_backward_row(predicted, delta, units, delta);
    return cost / double(units);
}

template <class T>
inline double objective_row(Cost cost, Activation activation, const T* net_input, const T* desired,
                            int64_t units, T* predicted, T* delta) {
    switch (cost) {
        case Cost::categorical_crossentropy:
            return categorical_crossentropy_row(net_input, desired, units, predicted, delta);
        case Cost::binary_crossentropy:
            return binary_crossentropy_row(net_input, desired, units, predicted, delta);
        default:
            return mean_squared_error_row(activation, net_input, desired, units, predicted, delta);
    }
}

}  // namespace glassnet::GLASSNET_ISA
