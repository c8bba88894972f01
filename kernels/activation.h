// Activation functions: value and derivative side by side, from one net input and as few
// exponentials as will do. Derivatives are formed without 1 - y, which would cancel where a unit
// saturates.
#pragma once

#include "elementary.h"
#include "hyper_parameters.h"

// All activations: the name, the function object below, made with the numbers p, and their names.
// Softmax, which needs a whole layer, is Identity here.
#define GLASSNET_ACTIVATIONS(ACTIVATION)                                           \
    ACTIVATION(identity, Identity<T>{})                                            \
    ACTIVATION(sigmoid, Sigmoid<T>{})                                              \
    ACTIVATION(tanh, Tanh<T>{})                                                    \
    ACTIVATION(relu, Relu<T>{})                                                    \
    ACTIVATION(leaky_relu, LeakyRelu<T>{T(p[0])}, "slope")                         \
    ACTIVATION(elu, (Elu<T>{T(p[0]), T(1)}), "alpha")                              \
    ACTIVATION(selu, (Elu<T>{T(selu_alpha), T(selu_scale)}))                       \
    ACTIVATION(celu, Celu<T>{T(p[0])}, "alpha")                                    \
    ACTIVATION(gelu, Gelu<T>{})                                                    \
    ACTIVATION(gelu_tanh, GeluTanh<T>{})                                           \
    ACTIVATION(silu, Silu<T>{})                                                    \
    ACTIVATION(mish, Mish<T>{})                                                    \
    ACTIVATION(softplus, Softplus<T>{})                                            \
    ACTIVATION(softsign, Softsign<T>{})                                            \
    ACTIVATION(relu6, (HardTanh<T>{T(0), T(6)}))                                   \
    ACTIVATION(hard_tanh, (HardTanh<T>{T(p[0]), T(p[1])}), "minimum", "maximum")   \
    ACTIVATION(hard_sigmoid, (HardSigmoid<T>{T(p[0]), T(p[1])}), "slope", "shift") \
    ACTIVATION(hard_silu, HardSilu<T>{})                                           \
    ACTIVATION(exponential, Exponential<T>{})                                      \
    ACTIVATION(softmax, Identity<T>{})

namespace glassnet {

enum class Activation : int32_t { GLASSNET_ACTIVATIONS(GLASSNET_ENUMERATOR) };

inline HyperParameters hyper_parameters(Activation activation) {
    using Kind = Activation;
    switch (activation) { GLASSNET_ACTIVATIONS(GLASSNET_NAMES_OF) }
    return {};
}

}  // namespace glassnet

#ifdef GLASSNET_ISA

namespace glassnet::GLASSNET_ISA {

template <class T>
struct Activated {
    Vec<T> output;      // g(in)
    Vec<T> derivative;  // g'(in)
};

template <class T>
struct Identity {
    Activated<T> operator()(Vec<T> in) const { return {in, broadcast(T(1))}; }
};

// With e = exp(-|in|): the larger of y and 1 - y is 1 / (1 + e), the smaller e / (1 + e).
template <class T>
struct Sigmoid {
    Activated<T> operator()(Vec<T> in) const {
        const Vec<T> e = exp_nonpositive<T>(negative_abs<T>(in));
        const Vec<T> larger = broadcast(T(1)) / (broadcast(T(1)) + e);
        const Vec<T> smaller = e * larger;
        return {in < 0 ? smaller : larger, smaller * larger};
    }
};

// With t = exp(2|in|) - 1: |y| = t / (t + 2), 1 - y^2 = 4 (t + 1) / (t + 2)^2.
template <class T>
struct Tanh {
    Activated<T> operator()(Vec<T> in) const {
        const Vec<T> one = broadcast(T(1)), two = broadcast(T(2));
        // Beyond 40, tanh is 1 and its derivative below 2^-100 in both precisions.
        const Vec<T> size = abs<T>(in), bounded = size > T(40) ? broadcast(T(40)) : size;
        const Vec<T> t = exp_and_expm1<T>(two * bounded).expm1;
        const Vec<T> reciprocal = one / (t + two);
        const Vec<T> y = t * reciprocal;
        return {in < 0 ? -y : y, ((t + one) * (two * reciprocal)) * (two * reciprocal)};
    }
};

template <class T>
struct Relu {
    Activated<T> operator()(Vec<T> in) const {
        return {max_zero<T>(in), in > 0 ? broadcast(T(1)) : Vec<T>{}};
    }
};

template <class T>
struct LeakyRelu {
    T slope;
    Activated<T> operator()(Vec<T> in) const {
        const Vec<T> below = broadcast(slope);
        return {in > 0 ? in : below * in, in > 0 ? broadcast(T(1)) : below};
    }
};

// scale in above 0, scale alpha (exp(in) - 1) below: elu with scale 1, selu with both its numbers.
template <class T>
struct Elu {
    T alpha, scale;
    Activated<T> operator()(Vec<T> in) const {
        const Vec<T> above = broadcast(scale), below = broadcast(scale * alpha);
        const ExpAndExpm1<T> e = exp_and_expm1<T>(in > 0 ? Vec<T>{} : in);
        return {in > 0 ? above * in : below * e.expm1, in > 0 ? above : below * e.exp};
    }
};

// in above 0, alpha (exp(in / alpha) - 1) below.
template <class T>
struct Celu {
    T alpha;
    Activated<T> operator()(Vec<T> in) const {
        const Vec<T> scale = broadcast(alpha), below = in > 0 ? Vec<T>{} : in;
        const ExpAndExpm1<T> e = exp_and_expm1<T>(below / scale);
        return {in > 0 ? in : scale * e.expm1, e.exp};
    }
};

// in P(in) with the normal distribution's P; g' = P(in) + in p(in).
template <class T>
struct Gelu {
    Activated<T> operator()(Vec<T> in) const {
        const Normal<T> at = normal<T>(in);
        const Vec<T> mass = in < 0 ? at.tail : broadcast(T(1)) - at.tail;
        // Far out, in p(in) is 0; without the bound it would be infinity times 0.
        const Vec<T> bounded = abs<T>(in) > T(40) ? Vec<T>{} : in;
        const Vec<T> y = in * mass;
        return {in < T(-40) ? Vec<T>{} : y, fma(bounded, at.density, mass)};
    }
};

// in s with the sigmoid's s; g' = s + in s (1 - s).
template <class T>
struct Silu {
    Activated<T> operator()(Vec<T> in) const {
        const Activated<T> s = Sigmoid<T>{}(in);
        const Vec<T> y = in * s.output;
        const Vec<T> bend = s.derivative == 0 ? Vec<T>{} : in * s.derivative;
        return {s.output == 0 ? Vec<T>{} : y, s.output + bend};
    }
};

// in s with s = sigmoid(v), v = sqrt(8 / pi) (in + c in^3): in (1 + tanh(v / 2)) / 2.
template <class T>
struct GeluTanh {
    Activated<T> operator()(Vec<T> in) const {
        constexpr double factor = 1.5957691216057307117, cubic = 0.044715;
        // Beyond 22, s is 0 or 1 and its slope 0.
        const Vec<T> most = broadcast(T(22));
        const Vec<T> bounded = in > most ? most : (in < -most ? -most : in);
        const Vec<T> square = bounded * bounded, one = broadcast(T(factor));
        const Activated<T> s =
            Sigmoid<T>{}(bounded * fma(broadcast(T(factor * cubic)), square, one));
        const Vec<T> bend = bounded * fma(broadcast(T(3 * factor * cubic)), square, one);
        const Vec<T> y = in * s.output;
        return {s.output == 0 ? Vec<T>{} : y, fma(s.derivative, bend, s.output)};
    }
};

// in t with t = tanh(ln(1 + e^in)) = q / (q + 2), q = e^in (e^in + 2); g' = t + in s (1 - t^2)
// with the sigmoid's s and 1 - t^2 = 4 (q + 1) / (q + 2)^2.
template <class T>
struct Mish {
    Activated<T> operator()(Vec<T> in) const {
        const Vec<T> one = broadcast(T(1)), two = broadcast(T(2));
        // Beyond 30 t is 1 and 1 - t^2 is below 2^-80 in both precisions.
        const Vec<T> most = broadcast(T(30)), bounded = in > most ? most : in;
        const Vec<T> e = exp_nonpositive<T>(bounded);
        const Vec<T> q = e * (e + two);
        const Vec<T> reciprocal = one / (q + two);
        const Vec<T> t = q * reciprocal, s = e / (one + e);
        const Vec<T> bend = ((q + one) * (two * reciprocal)) * (two * reciprocal);
        const Vec<T> y = in * t, slope = fma(bounded * s, bend, t);
        return {t == 0 ? Vec<T>{} : y, t == 0 ? Vec<T>{} : slope};
    }
};

// ln(1 + e^in) = max(in, 0) + ln(1 + e^-|in|); its derivative is the sigmoid.
template <class T>
struct Softplus {
    Activated<T> operator()(Vec<T> in) const {
        const Vec<T> one = broadcast(T(1));
        const Vec<T> e = exp_nonpositive<T>(negative_abs<T>(in));
        const Vec<T> larger = one / (one + e);
        return {max_zero<T>(in) + log1p<T>(e), in < 0 ? e * larger : larger};
    }
};

template <class T>
struct Softsign {
    Activated<T> operator()(Vec<T> in) const {
        const Vec<T> one = broadcast(T(1)), whole = one + abs<T>(in), share = one / whole;
        return {in / whole, share * share};
    }
};

// in, but at least `minimum` and at most `maximum`.
template <class T>
struct HardTanh {
    T minimum, maximum;
    Activated<T> operator()(Vec<T> in) const {
        const Vec<T> least = broadcast(minimum), most = broadcast(maximum);
        const Vec<T> slope = in < most ? broadcast(T(1)) : Vec<T>{};
        return {in < least ? least : (in > most ? most : in), in > least ? slope : Vec<T>{}};
    }
};

// slope in + shift, but at least 0 and at most 1.
template <class T>
struct HardSigmoid {
    T slope, shift;
    Activated<T> operator()(Vec<T> in) const {
        const Activated<T> line =
            HardTanh<T>{T(0), T(1)}(fma(broadcast(slope), in, broadcast(shift)));
        return {line.output, line.derivative * broadcast(slope)};
    }
};

// in h with the hard sigmoid h; g' = h + in h'.
template <class T>
struct HardSilu {
    Activated<T> operator()(Vec<T> in) const {
        const Activated<T> h = HardSigmoid<T>{T(1.0 / 6), T(0.5)}(in);
        const Vec<T> bend = h.derivative == 0 ? Vec<T>{} : in * h.derivative;
        return {in * h.output, h.output + bend};
    }
};

template <class T>
struct Exponential {
    Activated<T> operator()(Vec<T> in) const {
        const Vec<T> y = exp<T>(in);
        return {y, y};
    }
};

// Klambauer et al. 2017, "Self-normalizing neural networks", equation 2.
inline constexpr double selu_alpha = 1.6732632423543772848, selu_scale = 1.0507009873554804934;

// Calls `visitor` with the function object of an activation with the numbers `p`.
template <class T, class Visitor>
inline void with_activation(Activation activation, const double* p, const Visitor& visitor) {
#define GLASSNET_VISIT(name, function, ...) \
    case Activation::name: visitor(function); break;
    switch (activation) { GLASSNET_ACTIVATIONS(GLASSNET_VISIT) }
#undef GLASSNET_VISIT
}

}  // namespace glassnet::GLASSNET_ISA
#endif
