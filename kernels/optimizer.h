// The optimizers, one vector of weights at a time. Each is a small record with a step, which reads
// the gradient and reads and writes the optimizer state.
#pragma once

#include "network.h"
#include "vector.h"

namespace glassnet::GLASSNET_ISA {

// One group of parameters (a layer's weights, or its biases) in one step; numbers in the precision
// of the weights.
template <class T>
struct ParameterGroup {
    Rule rule;
    T* parameters;
    T* state1;  // velocity; mean square of rmsprop; m of adam
    T* state2;  // v of adam
    T learning_rate, momentum, beta1, beta2, epsilon;
    T correction1, correction2;  // 1 / (1 - beta^t), Kingma and Ba 2015, algorithm 1
    T l1, l2, shrink;            // shrink = 1 - learning rate * decay
    bool penalised;
};

inline double power(double base, int64_t exponent) {
    double result = 1;
    for (; exponent > 0; exponent >>= 1, base *= base)
        if (exponent & 1) result *= base;
    return result;
}

// One step of an update: what is the same for all groups.
template <class T>
struct UpdateStep {
    const Update& update;
    T* parameters;
    T* state;
    int64_t state_stride;
    double learning_rate;
    double batch_weight;  // the sample weights of the batch, summed
    T correction1, correction2;

    UpdateStep(const Update& update, T* parameters, T* state, int64_t state_stride, int64_t step,
               double learning_rate, double batch_weight)
        : update(update),
          parameters(parameters),
          state(state),
          state_stride(state_stride),
          learning_rate(learning_rate),
          batch_weight(batch_weight),
          correction1(0),
          correction2(0) {
        if (update.rule != Rule::adam) return;
        correction1 = T(1 / (1 - power(update.beta1, step)));
        correction2 = T(1 / (1 - power(update.beta2, step)));
    }

    ParameterGroup<T> group(double rate, bool biases) const {
        const double alpha = learning_rate * rate;
        const double l1 = strength(update.l1, biases), l2 = strength(update.l2, biases);
        const double decay = strength(update.decay, biases);
        return {update.rule,
                parameters,
                state,
                state + state_stride,
                T(alpha),
                T(update.momentum),
                T(update.beta1),
                T(update.beta2),
                T(update.epsilon),
                correction1,
                correction2,
                T(l1),
                T(l2),
                T(1 - alpha * decay),
                l1 != 0 || l2 != 0 || decay != 0};
    }

private:
    double strength(const Penalty& penalty, bool biases) const {
        // Examples of weight 0 have no gradient, and are no reason to shrink either.
        const double fixed = biases ? penalty.biases : penalty.weights;
        const double over = biases ? penalty.biases_over_examples : penalty.weights_over_examples;
        return batch_weight != 0 ? fixed + over / batch_weight : fixed;
    }
};

// The optimizer state of dead units decays towards denormal numbers, which are slow: below 2^-100
// it is flushed to 0.
template <class T>
inline Vec<T> flush_to_zero(Vec<T> x) {
    return abs<T>(x) < T(0x1p-100) ? Vec<T>{} : x;
}

template <class T>
struct GradientOnly {
    static Vec<T> step(const ParameterGroup<T>& group, int64_t at, Vec<T> w, Vec<T> gradient,
                       int count) {
        store(group.state1 + at, gradient, count);
        return w;
    }
};

template <class T>
struct Sgd {
    static Vec<T> step(const ParameterGroup<T>& group, int64_t, Vec<T> w, Vec<T> gradient, int) {
        return fma(-broadcast(group.learning_rate), gradient, w);
    }
};

template <class T>
inline Vec<T> update_velocity(const ParameterGroup<T>& group, int64_t at, Vec<T> gradient,
                              int count) {
    const Vec<T> v = load(group.state1 + at, count);
    const Vec<T> change = broadcast(group.learning_rate) * gradient;
    const Vec<T> next = flush_to_zero<T>(fma(broadcast(group.momentum), v, -change));
    store(group.state1 + at, next, count);
    return next;
}

template <class T>
struct Momentum {
    static Vec<T> step(const ParameterGroup<T>& group, int64_t at, Vec<T> w, Vec<T> gradient,
                       int count) {
        return w + update_velocity(group, at, gradient, count);
    }
};

template <class T>
struct Nesterov {
    static Vec<T> step(const ParameterGroup<T>& group, int64_t at, Vec<T> w, Vec<T> gradient,
                       int count) {
        const Vec<T> v = update_velocity(group, at, gradient, count);
        const Vec<T> lookahead = fma(broadcast(group.momentum), v, w);
        return fma(-broadcast(group.learning_rate), gradient, lookahead);
    }
};

template <class T>
struct RmsProp {
    static Vec<T> step(const ParameterGroup<T>& group, int64_t at, Vec<T> w, Vec<T> gradient,
                       int count) {
        const Vec<T> rho = broadcast(group.momentum), one = broadcast(T(1));
        const Vec<T> s = load(group.state1 + at, count);
        const Vec<T> next = flush_to_zero<T>(fma(rho, s, (one - rho) * (gradient * gradient)));
        store(group.state1 + at, next, count);
        const Vec<T> root = sqrt(next) + broadcast(group.epsilon);
        return w - broadcast(group.learning_rate) * gradient / root;
    }
};

template <class T>
struct Adam {
    static Vec<T> step(const ParameterGroup<T>& group, int64_t at, Vec<T> w, Vec<T> gradient,
                       int count) {
        const Vec<T> one = broadcast(T(1));
        const Vec<T> beta1 = broadcast(group.beta1), beta2 = broadcast(group.beta2);
        const Vec<T> m = load(group.state1 + at, count), v = load(group.state2 + at, count);
        const Vec<T> next_m = flush_to_zero<T>(fma(beta1, m, (one - beta1) * gradient));
        const Vec<T> next_v =
            flush_to_zero<T>(fma(beta2, v, (one - beta2) * (gradient * gradient)));
        store(group.state1 + at, next_m, count);
        store(group.state2 + at, next_v, count);
        const Vec<T> root = sqrt(next_v * broadcast(group.correction2));
        const Vec<T> change =
            broadcast(group.learning_rate) * (next_m * broadcast(group.correction1));
        return w - change / (root + broadcast(group.epsilon));
    }
};

// The new value of `count` weights at `at`.
template <class T, class RuleStep, bool penalised>
inline void update_vector(const ParameterGroup<T>& group, int64_t at, Vec<T> gradient, int count) {
    Vec<T> w = load(group.parameters + at, count);
    if constexpr (penalised) {
        const Vec<T> l1 = broadcast(group.l1);
        gradient = fma(broadcast(group.l2), w, gradient);
        gradient += w > 0 ? l1 : (w < 0 ? -l1 : Vec<T>{});
        w *= broadcast(group.shrink);
    }
    store(group.parameters + at, RuleStep::step(group, at, w, gradient, count), count);
}

// Gradients in rows and columns, `stride` apart, of the parameters at `at`, which are
// `parameter_stride` apart. Their mean over the batch is `scale` times them.
template <class T>
struct GradientBlock {
    const T* gradient;
    int64_t stride, at, parameter_stride, rows, columns;
    T scale;

    // Calls `function(at, gradient, count)` for each vector of them.
    template <class Function>
    void for_each_vector(const Function& function) const {
        const Vec<T> factor = broadcast(scale);
        const int64_t whole = columns / lanes<T> * lanes<T>;
        for (int64_t row = 0; row < rows; ++row) {
            const T* from = gradient + row * stride;
            const int64_t index = at + row * parameter_stride;
            for (int64_t c = 0; c < whole; c += lanes<T>)
                function(index + c, load(from + c) * factor, lanes<T>);
            if (const int rest = int(columns - whole))
                function(index + whole, load(from + whole, rest) * factor, rest);
        }
    }
};

template <class T>
inline void update(const ParameterGroup<T>& group, const GradientBlock<T>& block) {
    const auto apply = [&]<class RuleStep>(RuleStep) {
        if (group.penalised)
            block.for_each_vector([&](int64_t at, Vec<T> gradient, int count) {
                update_vector<T, RuleStep, true>(group, at, gradient, count);
            });
        else
            block.for_each_vector([&](int64_t at, Vec<T> gradient, int count) {
                update_vector<T, RuleStep, false>(group, at, gradient, count);
            });
    };
    switch (group.rule) {
        case Rule::gradient_only: apply(GradientOnly<T>{}); break;
        case Rule::sgd: apply(Sgd<T>{}); break;
        case Rule::momentum: apply(Momentum<T>{}); break;
        case Rule::nesterov: apply(Nesterov<T>{}); break;
        case Rule::rmsprop: apply(RmsProp<T>{}); break;
        case Rule::adam: apply(Adam<T>{}); break;
    }
}

// Prefetches the parameters of a block and their optimizer state: their rows are too far apart for
// the hardware prefetcher.
template <class T>
inline void prefetch(const ParameterGroup<T>& group, int64_t at, int64_t stride, int64_t rows,
                     int64_t columns) {
    for (int64_t row = 0; row < rows; ++row) {
        for (int64_t c = 0; c < columns; c += cache_line<T>) {
            const int64_t index = at + row * stride + c;
            __builtin_prefetch(group.parameters + index, 1);
            if (group.rule != Rule::sgd) __builtin_prefetch(group.state1 + index, 1);
            if (group.rule == Rule::adam) __builtin_prefetch(group.state2 + index, 1);
        }
    }
}

}  // namespace glassnet::GLASSNET_ISA
