// How a weight changes, one vector of weights at a time.
#pragma once

#include "network.h"
#include "vector.h"

namespace glassnet::GLASSNET_ISA {

// The optimizer's numbers for one step, in the precision of the weights.
template <class T>
struct UpdateStep {
    Rule rule;
    T learning_rate, momentum, beta1, beta2, epsilon;
    T correction1, correction2;  // 1 / (1 - beta^t), Kingma and Ba 2015, algorithm 1
    T* parameters;
    T* first;   // velocity, or first moments
    T* second;  // second moments
};

inline double power(double base, int64_t exponent) {
    double result = 1;
    for (; exponent > 0; exponent >>= 1, base *= base)
        if (exponent & 1) result *= base;
    return result;
}

template <class T>
inline UpdateStep<T> update_step(const Optimizer& optimizer, T* parameters, T* state, int64_t count,
                                 int64_t step, double learning_rate) {
    return {optimizer.rule,
            T(learning_rate),
            T(optimizer.momentum),
            T(optimizer.beta1),
            T(optimizer.beta2),
            T(optimizer.epsilon),
            T(1 / (1 - power(optimizer.beta1, step))),
            T(1 / (1 - power(optimizer.beta2, step))),
            parameters,
            state,
            state + count};
}

// Moments of units that died decay towards denormal numbers, which are slow: below 2^-100 they are
// 0.
template <class T>
inline Vec<T> or_zero(Vec<T> x) {
    return absolute<T>(x) < T(0x1p-100) ? Vec<T>{} : x;
}

template <class T>
inline void update(const UpdateStep<T>& step, int64_t at, Vec<T> gradient, int count) {
    T* place = step.parameters + at;
    const Vec<T> rate = broadcast(step.learning_rate);
    const Vec<T> w = load(place, count);
    switch (step.rule) {
        case Rule::sgd: {
            store(place, fma(-rate, gradient, w), count);
            return;
        }
        case Rule::momentum: {
            const Vec<T> v = load(step.first + at, count);
            const Vec<T> next = or_zero<T>(fma(broadcast(step.momentum), v, -(rate * gradient)));
            store(step.first + at, next, count);
            store(place, w + next, count);
            return;
        }
        case Rule::adam: {
            const Vec<T> one = broadcast(T(1));
            const Vec<T> beta1 = broadcast(step.beta1), beta2 = broadcast(step.beta2);
            const Vec<T> m = load(step.first + at, count), v = load(step.second + at, count);
            const Vec<T> next_m = or_zero<T>(fma(beta1, m, (one - beta1) * gradient));
            const Vec<T> next_v = or_zero<T>(fma(beta2, v, (one - beta2) * (gradient * gradient)));
            store(step.first + at, next_m, count);
            store(step.second + at, next_v, count);
            const Vec<T> root = square_root(next_v * broadcast(step.correction2));
            const Vec<T> numerator = rate * (next_m * broadcast(step.correction1));
            store(place, w - numerator / (root + broadcast(step.epsilon)), count);
            return;
        }
    }
}

}  // namespace glassnet::GLASSNET_ISA
