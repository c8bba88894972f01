// The output layer: from its net inputs to the prediction, the loss of each example and
// delta = dE/din. A vector holds one output of as many examples as it has lanes, so that the code
// reads as if there were only one. Where a loss follows the activation that is made for it
// (softmax and categorical cross-entropy, sigmoid and binary cross-entropy, exponential and
// Poisson), both are computed from the net inputs: nothing overflows, and nothing cancels where
// the network is nearly right.
#pragma once

#include "activation.h"

// All losses: the name, what the output layer does in training, and the names of the numbers p.
// `outputs` and `one` are the divisors of a mean and of a sum over the outputs.
#define GLASSNET_LOSSES(LOSS)                                                                   \
    LOSS(categorical_crossentropy, categorical_crossentropy(p[0], examples), "label_smoothing") \
    LOSS(binary_crossentropy, binary_crossentropy(outputs, examples))                           \
    LOSS(mean_squared_error, composed(layer, SquaredError<T>{}, outputs, examples))             \
    LOSS(mean_absolute_error, composed(layer, AbsoluteError<T>{}, outputs, examples))           \
    LOSS(huber, composed(layer, Huber<T>{T(p[0])}, outputs, examples), "threshold")             \
    LOSS(poisson, poisson(layer, outputs, examples))                                            \
    LOSS(pinball, composed(layer, Pinball<T>{T(p[0])}, outputs, examples), "quantile")          \
    LOSS(half_squared_error, composed(layer, HalfSquaredError<T>{}, one, examples))             \
    LOSS(summed_binary_crossentropy, binary_crossentropy(one, examples))                        \
    LOSS(summed_poisson, poisson(layer, one, examples))

namespace glassnet {

enum class Loss : int32_t { GLASSNET_LOSSES(GLASSNET_ENUMERATOR) };

inline HyperParameters hyper_parameters(Loss loss) {
    using Kind = Loss;
    switch (loss) { GLASSNET_LOSSES(GLASSNET_NAMES_OF) }
    return {};
}

}  // namespace glassnet

#ifdef GLASSNET_ISA

namespace glassnet::GLASSNET_ISA {

// Some examples, one to a lane: element (unit, example) is at [unit * stride + example].
template <class T>
struct Examples {
    int64_t units, stride;
    const T* net_input;
    const T* targets;
    T* predicted;
    T* delta;
    double* losses;                       // (lanes)
    T largest_term = T(__builtin_inf());  // as in the record of the loss

    Vec<T> in(int64_t k) const { return load(net_input + k * stride); }
    Vec<T> target(int64_t k) const { return load(targets + k * stride); }
    Vec<T> p(int64_t k) const { return load(predicted + k * stride); }
    void predict(int64_t k, Vec<T> p) const { store(predicted + k * stride, p); }
    void set_delta(int64_t k, Vec<T> value) const { store(delta + k * stride, value); }
    void scale_delta(Vec<T> sample_weight) const {
        for (int64_t k = 0; k < units; ++k) set_delta(k, load(delta + k * stride) * sample_weight);
    }
    // The loss is summed in float64, one chain in the order of the outputs.
    void add_loss(Vec<T> term) const {
        alignas(64) T terms[lanes<T>];
        store(terms, term > largest_term ? broadcast(largest_term) : term);
        for (int example = 0; example < lanes<T>; ++example)
            losses[example] += double(terms[example]);
    }
};

template <class T>
struct Softmax {
    Vec<T> largest;  // the largest net input ...
    Bits<T> at;      // ... and its first place
    Vec<T> rest;     // sum of exp(in_k - largest) over the other units
};

// p_k = exp(in_k - largest) / (1 + rest). The sum is one chain in the order of k.
template <class T>
inline Softmax<T> softmax(const Examples<T>& examples) {
    Softmax<T> result{examples.in(0), Bits<T>{}, Vec<T>{}};
    for (int64_t k = 1; k < examples.units; ++k) {
        const Vec<T> in = examples.in(k);
        result.at = in > result.largest ? Bits<T>{} + typename VectorTraits<T>::bit(k) : result.at;
        result.largest = in > result.largest ? in : result.largest;
    }
    for (int64_t k = 0; k < examples.units; ++k) {
        const Vec<T> e = exp_nonpositive<T>(examples.in(k) - result.largest);
        examples.predict(k, e);
        result.rest += result.at == typename VectorTraits<T>::bit(k) ? Vec<T>{} : e;
    }
    const Vec<T> share = broadcast(T(1)) / (broadcast(T(1)) + result.rest);
    for (int64_t k = 0; k < examples.units; ++k) examples.predict(k, examples.p(k) * share);
    return result;
}

// E = -sum t ln p; delta_k = p_k - t_k. For the most probable unit, 1 - p = rest / (1 + rest) has
// all its digits. Label smoothing mixes t with the uniform distribution.
template <class T>
inline void categorical_crossentropy(double smoothing, const Examples<T>& examples) {
    const Softmax<T> row = softmax(examples);
    const Vec<T> one = broadcast(T(1));
    const Vec<T> complement = row.rest / (one + row.rest);
    // -ln p_k = ln(1 + rest) - (in_k - largest)
    const Vec<T> log_whole = log1p<T>(row.rest);
    const Vec<T> scale = broadcast(T(1 - smoothing));
    const Vec<T> uniform = broadcast(T(smoothing / double(examples.units)));
    for (int64_t k = 0; k < examples.units; ++k) {
        const Vec<T> p = examples.p(k), t = fma(scale, examples.target(k), uniform);
        const Vec<T> exact = (one - t) * p - t * complement;
        examples.set_delta(k, row.at == typename VectorTraits<T>::bit(k) ? exact : p - t);
        examples.add_loss(t * (log_whole - (examples.in(k) - row.largest)));
    }
}

// -t ln p - (1 - t) ln(1 - p) = max(in, 0) - t in + ln(1 + exp(-|in|)), and
// delta = p - t = (1 - t) p - t (1 - p); both divided.
template <class T>
inline void binary_crossentropy(Vec<T> divisor, const Examples<T>& examples) {
    const Vec<T> one = broadcast(T(1));
    for (int64_t k = 0; k < examples.units; ++k) {
        const Vec<T> in = examples.in(k), t = examples.target(k);
        const Vec<T> e = exp_nonpositive<T>(negative_abs<T>(in));
        const Vec<T> larger = one / (one + e), smaller = e * larger;
        const Vec<T> p = in < 0 ? smaller : larger, complement = in < 0 ? larger : smaller;
        examples.predict(k, p);
        examples.set_delta(k, ((one - t) * p - t * complement) / divisor);
        examples.add_loss((max_zero<T>(in) - t * in + log1p<T>(e)) / divisor);
    }
}

// p - t ln p with ln p = in, divided.
template <class T>
inline void poisson_of_exponential(Vec<T> divisor, const Examples<T>& examples) {
    for (int64_t k = 0; k < examples.units; ++k) {
        const Vec<T> in = examples.in(k), t = examples.target(k), p = exp<T>(in);
        examples.predict(k, p);
        examples.set_delta(k, (p - t) / divisor);
        examples.add_loss((p - t * in) / divisor);
    }
}

// What one output adds to the loss (before the division), and its derivative.
template <class T>
struct Term {
    Vec<T> loss, derivative;
};

template <class T>
struct SquaredError {
    Term<T> operator()(Vec<T> p, Vec<T> t) const {
        const Vec<T> difference = p - t;
        return {difference * difference, broadcast(T(2)) * difference};
    }
};

template <class T>
struct HalfSquaredError {
    Term<T> operator()(Vec<T> p, Vec<T> t) const {
        const Vec<T> difference = p - t;
        return {broadcast(T(0.5)) * difference * difference, difference};
    }
};

template <class T>
struct AbsoluteError {
    Term<T> operator()(Vec<T> p, Vec<T> t) const {
        const Vec<T> difference = p - t, one = broadcast(T(1));
        return {abs<T>(difference), difference > 0 ? one : (difference < 0 ? -one : difference)};
    }
};

// Half the square near 0, a straight line beyond `threshold`.
template <class T>
struct Huber {
    T threshold;
    Term<T> operator()(Vec<T> p, Vec<T> t) const {
        const Vec<T> difference = p - t, size = abs<T>(difference);
        const Vec<T> most = broadcast(threshold), half = broadcast(T(0.5));
        const Vec<T> bounded = difference > most ? most : (difference < -most ? -most : difference);
        return {size > most ? most * (size - half * most) : half * difference * difference,
                bounded};
    }
};

template <class T>
struct Poisson {
    Term<T> operator()(Vec<T> p, Vec<T> t) const {
        const Vec<T> positive = maximum(broadcast(T(0x1p-100)), p);
        return {p - t * log<T>(positive), broadcast(T(1)) - t / positive};
    }
};

// q (t - p) where too little is predicted, (1 - q) (p - t) where too much.
template <class T>
struct Pinball {
    T quantile;
    Term<T> operator()(Vec<T> p, Vec<T> t) const {
        const Vec<T> q = broadcast(quantile), rest = broadcast(T(1) - quantile);
        const Vec<T> difference = p - t;
        return {difference > 0 ? rest * difference : -q * difference,
                difference > 0 ? rest : (difference < 0 ? -q : difference)};
    }
};

// The Jacobian of softmax times g = dE/dp: delta_k = p_k (g_k - sum_i g_i p_i).
// g is in delta, and is replaced.
template <class T>
inline void softmax_backward(const Examples<T>& examples) {
    const auto g = [&](int64_t k) { return load(examples.delta + k * examples.stride); };
    Vec<T> mean{};
    for (int64_t k = 0; k < examples.units; ++k) mean = fma(g(k), examples.p(k), mean);
    for (int64_t k = 0; k < examples.units; ++k)
        examples.set_delta(k, examples.p(k) * (g(k) - mean));
}

// The output layer's activation, and its numbers.
struct OutputActivation {
    Activation activation;
    const double* p;
};

// Any activation, then any other loss: by the chain rule.
template <class T, class LossFunction>
inline void composed(OutputActivation layer, const LossFunction& loss, Vec<T> divisor,
                     const Examples<T>& examples) {
    const bool is_softmax = layer.activation == Activation::softmax;
    if (is_softmax) softmax(examples);
    with_activation<T>(layer.activation, layer.p, [&](const auto& activation) {
        for (int64_t k = 0; k < examples.units; ++k) {
            const Activated<T> y = activation(is_softmax ? examples.p(k) : examples.in(k));
            const Term<T> term = loss(y.output, examples.target(k));
            examples.predict(k, y.output);
            examples.set_delta(k, term.derivative / divisor * y.derivative);
            examples.add_loss(term.loss / divisor);
        }
    });
    if (is_softmax) softmax_backward(examples);
}

template <class T>
inline void poisson(OutputActivation layer, Vec<T> divisor, const Examples<T>& examples) {
    if (layer.activation == Activation::exponential)
        poisson_of_exponential(divisor, examples);
    else
        composed(layer, Poisson<T>{}, divisor, examples);
}

// The predictions, the losses and delta of some examples; `p` are the numbers of the loss.
template <class T>
inline void output_loss(Loss loss, const double* p, OutputActivation layer,
                        const Examples<T>& examples) {
    const Vec<T> one = broadcast(T(1)), outputs = broadcast(T(examples.units));
    for (int example = 0; example < lanes<T>; ++example) examples.losses[example] = 0;
#define GLASSNET_TAKE(name, take, ...) \
    case Loss::name: take; break;
    switch (loss) { GLASSNET_LOSSES(GLASSNET_TAKE) }
#undef GLASSNET_TAKE
}

}  // namespace glassnet::GLASSNET_ISA
#endif
