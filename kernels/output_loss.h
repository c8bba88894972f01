// The output layer: from its net inputs to the prediction, the loss of each example and
// delta = dE/din. A vector holds one output of as many examples as it has lanes, so that the code
// reads as if there were only one. Where a loss follows the activation that is made for it
// (softmax and categorical cross-entropy, sigmoid and binary cross-entropy, exponential and
// Poisson), both are computed from the net inputs: nothing overflows, and nothing cancels where
// the network is nearly right.
#pragma once

#include "loss_terms.h"

// All losses: the name, what the output layer does in training, and the names of the numbers p.
// `outputs` and `one` are the divisors of a mean and of a sum over the outputs.
#define GLASSNET_LOSSES(LOSS)                                                                     \
    LOSS(categorical_crossentropy, categorical_crossentropy(p[0], examples), "label_smoothing")   \
    LOSS(binary_crossentropy, binary_crossentropy(p[0], outputs, examples), "label_smoothing")    \
    LOSS(categorical_focal_crossentropy, categorical_focal(p, examples), "gamma", "alpha",        \
         "label_smoothing")                                                                       \
    LOSS(binary_focal_crossentropy, binary_focal(p[0], 1, 1, p[1], outputs, examples), "gamma",   \
         "label_smoothing")                                                                       \
    LOSS(balanced_binary_focal_crossentropy,                                                      \
         binary_focal(p[0], p[1], 1 - p[1], p[2], outputs, examples), "gamma", "alpha",           \
         "label_smoothing")                                                                       \
    LOSS(kl_divergence, after_softmax(KLDivergence<T>{}, examples))                               \
    LOSS(mean_squared_error, composed(layer, SquaredError<T>{}, outputs, examples))               \
    LOSS(mean_absolute_error, composed(layer, AbsoluteError<T>{}, outputs, examples))             \
    LOSS(mean_squared_logarithmic_error,                                                          \
         composed(layer, SquaredLogarithmicError<T>{}, outputs, examples))                        \
    LOSS(mean_absolute_percentage_error,                                                          \
         composed(layer, AbsolutePercentageError<T>{}, outputs, examples))                        \
    LOSS(huber, composed(layer, Huber<T>{T(p[0])}, outputs, examples), "threshold")               \
    LOSS(log_cosh, composed(layer, LogCosh<T>{}, outputs, examples))                              \
    LOSS(hinge, composed(layer, Hinge<T>{}, outputs, examples))                                   \
    LOSS(squared_hinge, composed(layer, SquaredHinge<T>{}, outputs, examples))                    \
    LOSS(poisson, poisson(layer, outputs, examples))                                              \
    LOSS(pinball, composed(layer, Pinball<T>{T(p[0])}, outputs, examples), "quantile")            \
    LOSS(half_squared_error, composed(layer, HalfSquaredError<T>{}, one, examples))               \
    LOSS(summed_binary_crossentropy, binary_crossentropy(p[0], one, examples), "label_smoothing") \
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
// delta = p - t = (1 - t) p - t (1 - p); both divided. Label smoothing draws t to 1/2.
template <class T>
inline void binary_crossentropy(double smoothing, Vec<T> divisor, const Examples<T>& examples) {
    const Vec<T> one = broadcast(T(1));
    const Vec<T> scale = broadcast(T(1 - smoothing)), half = broadcast(T(smoothing / 2));
    for (int64_t k = 0; k < examples.units; ++k) {
        const Vec<T> in = examples.in(k), t = fma(scale, examples.target(k), half);
        const Vec<T> e = exp_nonpositive<T>(negative_abs<T>(in));
        const Vec<T> larger = one / (one + e), smaller = e * larger;
        const Vec<T> p = in < 0 ? smaller : larger, complement = in < 0 ? larger : smaller;
        examples.predict(k, p);
        examples.set_delta(k, ((one - t) * p - t * complement) / divisor);
        examples.add_loss((max_zero<T>(in) - t * in + log1p<T>(e)) / divisor);
    }
}

// The sigmoid's p, 1 - p and their logarithms, from the net input.
template <class T>
inline void binary_focal(double gamma, double weight_of_1, double weight_of_0, double smoothing,
                         Vec<T> divisor, const Examples<T>& examples) {
    const BinaryFocal<T> loss{T(gamma), T(weight_of_1), T(weight_of_0), T(smoothing)};
    const Vec<T> one = broadcast(T(1));
    for (int64_t k = 0; k < examples.units; ++k) {
        const Vec<T> in = examples.in(k), e = exp_nonpositive<T>(negative_abs<T>(in));
        const Vec<T> larger = one / (one + e), smaller = e * larger, tail = log1p<T>(e);
        const Probability<T> at{in < 0 ? smaller : larger, in < 0 ? larger : smaller,
                                max_zero<T>(-in) + tail};
        const Term<T> term = loss(at, max_zero<T>(in) + tail, examples.target(k));
        examples.predict(k, at.p);
        examples.set_delta(k, term.derivative / divisor);
        examples.add_loss(term.loss / divisor);
    }
}

// A loss of probabilities after softmax: with h_k = dE/d(ln p_k), delta_k is h_k - p_k sum h_i. For
// the most probable unit that is h_k (1 - p_k) - p_k times the sum of the others.
template <class T, class LossFunction>
inline void after_softmax(const LossFunction& loss, const Examples<T>& examples) {
    const Softmax<T> row = softmax(examples);
    const Vec<T> one = broadcast(T(1)), log_whole = log1p<T>(row.rest);
    const Vec<T> complement = row.rest / (one + row.rest);
    Vec<T> others{}, largest{};
    for (int64_t k = 0; k < examples.units; ++k) {
        const Bits<T> is_largest = row.at == typename VectorTraits<T>::bit(k);
        const Vec<T> p = examples.p(k);
        const Term<T> term = loss(Probability<T>{p, is_largest ? complement : one - p,
                                                 log_whole - (examples.in(k) - row.largest)},
                                  examples.target(k));
        examples.set_delta(k, term.derivative);
        examples.add_loss(term.loss);
        others += is_largest ? Vec<T>{} : term.derivative;
        largest = is_largest ? term.derivative : largest;
    }
    for (int64_t k = 0; k < examples.units; ++k) {
        const Vec<T> p = examples.p(k), h = load(examples.delta + k * examples.stride);
        examples.set_delta(k, row.at == typename VectorTraits<T>::bit(k)
                                  ? h * complement - p * others
                                  : h - p * (others + largest));
    }
}

template <class T>
inline void categorical_focal(const double* p, const Examples<T>& examples) {
    const double smoothing = p[2];
    after_softmax(CategoricalFocal<T>{T(p[0]), T(p[1]), T(1 - smoothing),
                                      T(smoothing / double(examples.units))},
                  examples);
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

// The predictions, and the activation's derivatives in delta.
template <class T>
inline void activate_outputs(OutputActivation layer, bool is_softmax, const Examples<T>& examples) {
    with_activation<T>(layer.activation, layer.p, [&](const auto& activation) {
        for (int64_t k = 0; k < examples.units; ++k) {
            const Activated<T> y = activation(is_softmax ? examples.p(k) : examples.in(k));
            examples.predict(k, y.output);
            examples.set_delta(k, y.derivative);
        }
    });
}

// Any activation, then any other loss: by the chain rule.
template <class T, class LossFunction>
inline void composed(OutputActivation layer, const LossFunction& loss, Vec<T> divisor,
                     const Examples<T>& examples) {
    const bool is_softmax = layer.activation == Activation::softmax;
    if (is_softmax) softmax(examples);
    activate_outputs(layer, is_softmax, examples);
    for (int64_t k = 0; k < examples.units; ++k) {
        const Vec<T> slope = load(examples.delta + k * examples.stride);
        const Term<T> term = loss(examples.p(k), examples.target(k));
        examples.set_delta(k, term.derivative / divisor * slope);
        examples.add_loss(term.loss / divisor);
    }
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
