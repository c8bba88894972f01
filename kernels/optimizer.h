// The optimizers, one vector of weights at a time. Each is a small record with a step, which reads
// the gradient and reads and writes the optimizer state.
#pragma once

#include "hyper_parameters.h"

// All rules: the name, the record below, how many numbers of state it keeps for each weight, and
// the names of its numbers. `gradient_only` updates nothing and stores the gradient in the state.
#define GLASSNET_RULES(RULE)                         \
    RULE(gradient_only, GradientOnly, 1)             \
    RULE(sgd, Sgd, 0)                                \
    RULE(momentum, Momentum, 1, "momentum")          \
    RULE(nesterov, Nesterov, 1, "momentum")          \
    RULE(rmsprop, RmsProp, 1, "rho", "epsilon")      \
    RULE(adam, Adam, 2, "beta1", "beta2", "epsilon") \
    RULE(adam_epsilon_hat, AdamEpsilonHat, 2, "beta1", "beta2", "epsilon")

namespace glassnet {

enum class Rule : int32_t { GLASSNET_RULES(GLASSNET_ENUMERATOR) };

inline HyperParameters hyper_parameters(Rule rule) {
#define GLASSNET_RULE_NAMES(name, record, state_rows, ...) \
    case Rule::name: return {{__VA_ARGS__}};
    switch (rule) { GLASSNET_RULES(GLASSNET_RULE_NAMES) }
#undef GLASSNET_RULE_NAMES
    return {};
}

// How many numbers of optimizer state each parameter has.
inline int64_t state_rows(Rule rule) {
#define GLASSNET_RULE_ROWS(name, record, state_rows, ...) \
    case Rule::name: return state_rows;
    switch (rule) { GLASSNET_RULES(GLASSNET_RULE_ROWS) }
#undef GLASSNET_RULE_ROWS
    return 0;
}

}  // namespace glassnet

#ifdef GLASSNET_ISA
#include "vector.h"

namespace glassnet::GLASSNET_ISA {

// A rule's numbers in one step: its hyper-parameters in their order, and what follows from them
// and from the number of the step.
template <class T>
struct RuleNumbers {
    T at[max_hyper_parameters + 4];
    T operator[](int number) const { return at[number]; }
};

// One group of parameters (a layer's weights, or its biases) in one step; numbers in the precision
// of the weights.
template <class T>
struct ParameterGroup {
    Rule rule;
    T* parameters;
    T* state1;  // velocity; mean square of rmsprop; m of adam
    T* state2;  // v of adam
    T learning_rate;
    RuleNumbers<T> numbers;
    T l1, l2, shrink;  // shrink = 1 - learning rate * decay
    bool penalised;
};

inline double power(double base, int64_t exponent) {
    double result = 1;
    for (; exponent > 0; exponent >>= 1, base *= base)
        if (exponent & 1) result *= base;
    return result;
}

// The optimizer state of dead units decays towards denormal numbers, which are slow: below 2^-100
// it is flushed to 0.
template <class T>
inline Vec<T> flush_to_zero(Vec<T> x) {
    return abs<T>(x) < T(0x1p-100) ? Vec<T>{} : x;
}

// A rule whose numbers are the same in each step.
template <class T>
struct EachStepAlike {
    static void at_step(const double*, int64_t, RuleNumbers<T>&) {}
};

template <class T>
struct GradientOnly : EachStepAlike<T> {
    static Vec<T> step(const ParameterGroup<T>& group, int64_t at, Vec<T> w, Vec<T> gradient,
                       int count) {
        store(group.state1 + at, gradient, count);
        return w;
    }
};

template <class T>
struct Sgd : EachStepAlike<T> {
    static Vec<T> step(const ParameterGroup<T>& group, int64_t, Vec<T> w, Vec<T> gradient, int) {
        return fma(-broadcast(group.learning_rate), gradient, w);
    }
};

template <class T>
inline Vec<T> update_velocity(const ParameterGroup<T>& group, int64_t at, Vec<T> gradient,
                              int count) {
    const Vec<T> v = load(group.state1 + at, count), momentum = broadcast(group.numbers[0]);
    const Vec<T> change = broadcast(group.learning_rate) * gradient;
    const Vec<T> next = flush_to_zero<T>(fma(momentum, v, -change));
    store(group.state1 + at, next, count);
    return next;
}

template <class T>
struct Momentum : EachStepAlike<T> {
    static Vec<T> step(const ParameterGroup<T>& group, int64_t at, Vec<T> w, Vec<T> gradient,
                       int count) {
        return w + update_velocity(group, at, gradient, count);
    }
};

template <class T>
struct Nesterov : EachStepAlike<T> {
    static Vec<T> step(const ParameterGroup<T>& group, int64_t at, Vec<T> w, Vec<T> gradient,
                       int count) {
        const Vec<T> v = update_velocity(group, at, gradient, count);
        const Vec<T> lookahead = fma(broadcast(group.numbers[0]), v, w);
        return fma(-broadcast(group.learning_rate), gradient, lookahead);
    }
};

template <class T>
struct RmsProp {
    enum { rho, epsilon, rest };

    // 1 - rho in double: in single precision it would lose the digits that rho has beyond.
    static void at_step(const double* p, int64_t, RuleNumbers<T>& numbers) {
        numbers.at[rest] = T(1 - p[rho]);
    }
    static Vec<T> step(const ParameterGroup<T>& group, int64_t at, Vec<T> w, Vec<T> gradient,
                       int count) {
        const Vec<T> decay = broadcast(group.numbers[rho]), other = broadcast(group.numbers[rest]);
        const Vec<T> s = load(group.state1 + at, count);
        const Vec<T> next = flush_to_zero<T>(fma(decay, s, other * (gradient * gradient)));
        store(group.state1 + at, next, count);
        const Vec<T> root = sqrt(next) + broadcast(group.numbers[epsilon]);
        return w - broadcast(group.learning_rate) * gradient / root;
    }
};

// The moments of both forms of Adam, whose numbers begin alike.
template <class T>
struct AdamState {
    enum { beta1, beta2, epsilon, rest1, rest2, own };
    Vec<T> m, v;

    // 1 - beta in double: in single precision it would lose the digits that beta has beyond.
    static void at_step(const double* p, RuleNumbers<T>& numbers) {
        numbers.at[rest1] = T(1 - p[beta1]);
        numbers.at[rest2] = T(1 - p[beta2]);
    }
};

template <class T>
inline AdamState<T> update_moments(const ParameterGroup<T>& group, int64_t at, Vec<T> gradient,
                                   int count) {
    using State = AdamState<T>;
    const RuleNumbers<T>& numbers = group.numbers;
    const Vec<T> b1 = broadcast(numbers[State::beta1]), b2 = broadcast(numbers[State::beta2]);
    const Vec<T> r1 = broadcast(numbers[State::rest1]), r2 = broadcast(numbers[State::rest2]);
    const Vec<T> m = load(group.state1 + at, count), v = load(group.state2 + at, count);
    const Vec<T> next_m = flush_to_zero<T>(fma(b1, m, r1 * gradient));
    const Vec<T> next_v = flush_to_zero<T>(fma(b2, v, r2 * (gradient * gradient)));
    store(group.state1 + at, next_m, count);
    store(group.state2 + at, next_v, count);
    return {next_m, next_v};
}

template <class T>
struct Adam {
    enum { beta1, beta2, epsilon, correction1 = AdamState<T>::own, correction2 };

    // 1 / (1 - beta^t), Kingma and Ba 2015, algorithm 1.
    static void at_step(const double* p, int64_t step, RuleNumbers<T>& numbers) {
        AdamState<T>::at_step(p, numbers);
        numbers.at[correction1] = T(1 / (1 - power(p[beta1], step)));
        numbers.at[correction2] = T(1 / (1 - power(p[beta2], step)));
    }
    static Vec<T> step(const ParameterGroup<T>& group, int64_t at, Vec<T> w, Vec<T> gradient,
                       int count) {
        const AdamState<T> next = update_moments(group, at, gradient, count);
        const Vec<T> root = sqrt(next.v * broadcast(group.numbers[correction2]));
        const Vec<T> change =
            broadcast(group.learning_rate) * (next.m * broadcast(group.numbers[correction1]));
        return w - change / (root + broadcast(group.numbers[epsilon]));
    }
};

template <class T>
struct AdamEpsilonHat {
    enum { beta1, beta2, epsilon, correction = AdamState<T>::own };

    // sqrt(1 - beta2^t) / (1 - beta1^t), Kingma and Ba 2015, end of section 2.
    static void at_step(const double* p, int64_t step, RuleNumbers<T>& numbers) {
        AdamState<T>::at_step(p, numbers);
        numbers.at[correction] =
            T(__builtin_sqrt(1 - power(p[beta2], step)) / (1 - power(p[beta1], step)));
    }
    static Vec<T> step(const ParameterGroup<T>& group, int64_t at, Vec<T> w, Vec<T> gradient,
                       int count) {
        const AdamState<T> next = update_moments(group, at, gradient, count);
        const Vec<T> rate = broadcast(group.learning_rate) * broadcast(group.numbers[correction]);
        return w - rate * next.m / (sqrt(next.v) + broadcast(group.numbers[epsilon]));
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

// Calls `visitor` with the record of a rule.
template <class T, class Visitor>
inline void with_rule(Rule rule, const Visitor& visitor) {
#define GLASSNET_VISIT(name, record, ...) \
    case Rule::name: visitor(record<T>{}); break;
    switch (rule) { GLASSNET_RULES(GLASSNET_VISIT) }
#undef GLASSNET_VISIT
}

template <class T>
inline RuleNumbers<T> numbers_at_step(Rule rule, const double* p, int64_t step) {
    RuleNumbers<T> numbers{};
    for (int k = 0; k < max_hyper_parameters; ++k) numbers.at[k] = T(p[k]);
    with_rule<T>(rule, [&]<class Record>(Record) { Record::at_step(p, step, numbers); });
    return numbers;
}

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
    with_rule<T>(group.rule, apply);
}

// Prefetches the parameters of a block and their optimizer state: their rows are too far apart for
// the hardware prefetcher.
template <class T>
inline void prefetch(const ParameterGroup<T>& group, int64_t at, int64_t stride, int64_t rows,
                     int64_t columns) {
    const int64_t rows_of_state = state_rows(group.rule);
    for (int64_t row = 0; row < rows; ++row) {
        for (int64_t c = 0; c < columns; c += cache_line<T>) {
            const int64_t index = at + row * stride + c;
            __builtin_prefetch(group.parameters + index, 1);
            if (rows_of_state > 0) __builtin_prefetch(group.state1 + index, 1);
            if (rows_of_state > 1) __builtin_prefetch(group.state2 + index, 1);
        }
    }
}

}  // namespace glassnet::GLASSNET_ISA
#endif
