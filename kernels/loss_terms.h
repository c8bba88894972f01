// What one output adds to the loss, and its derivative: the losses by themselves, before they meet
// the activation of the output layer.
#pragma once

#include "activation.h"

#ifdef GLASSNET_ISA

namespace glassnet::GLASSNET_ISA {

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

// ln cosh(p - t), after |p - t| - ln 2 far out and ln(1 + (e^a - 1)^2 / (2 e^a)) with a = |p - t|.
template <class T>
struct LogCosh {
    Term<T> operator()(Vec<T> p, Vec<T> t) const {
        const Vec<T> difference = p - t, size = abs<T>(difference);
        const Vec<T> most = broadcast(T(20)), bounded = size > most ? most : size;
        const ExpAndExpm1<T> e = exp_and_expm1<T>(bounded);
        const Vec<T> near = log1p<T>(e.expm1 * e.expm1 / (e.exp + e.exp));
        const Vec<T> far = size - broadcast(T(0.69314718055994530942));
        return {size > most ? far : near, Tanh<T>{}(difference).output};
    }
};

// max(0, 1 - t p), to a power of 1 or 2; a target of 0 counts as -1.
template <class T>
inline Vec<T> side(Vec<T> t) {
    return t == 0 ? broadcast(T(-1)) : t;
}
template <class T>
struct Hinge {
    Term<T> operator()(Vec<T> p, Vec<T> t) const {
        const Vec<T> s = side<T>(t), missing = broadcast(T(1)) - s * p;
        return {max_zero<T>(missing), missing > 0 ? -s : Vec<T>{}};
    }
};
template <class T>
struct SquaredHinge {
    Term<T> operator()(Vec<T> p, Vec<T> t) const {
        const Vec<T> s = side<T>(t), missing = max_zero<T>(broadcast(T(1)) - s * p);
        return {missing * missing, broadcast(T(-2)) * s * missing};
    }
};

// Keras replaces what is smaller in logarithms and divisions.
inline constexpr double keras_epsilon = 1e-7;

template <class T>
struct SquaredLogarithmicError {
    Term<T> operator()(Vec<T> p, Vec<T> t) const {
        const Vec<T> least = broadcast(T(keras_epsilon));
        const Vec<T> difference = log1p<T>(maximum(least, p)) - log1p<T>(maximum(least, t));
        const Vec<T> slope = broadcast(T(2)) * difference / (broadcast(T(1)) + p);
        return {difference * difference, p > least ? slope : Vec<T>{}};
    }
};

template <class T>
struct AbsolutePercentageError {
    Term<T> operator()(Vec<T> p, Vec<T> t) const {
        const Vec<T> difference = p - t;
        const Vec<T> scale = broadcast(T(100)) / maximum(broadcast(T(keras_epsilon)), abs<T>(t));
        return {scale * abs<T>(difference),
                difference > 0 ? scale : (difference < 0 ? -scale : difference)};
    }
};

// What a probability is: p, 1 - p and -ln p, each with all its digits. Its loss says, besides what
// it adds, its derivative by ln p.
template <class T>
struct Probability {
    Vec<T> p, complement, surprise;
};
template <class T>
inline Bits<T> is_inside(const Probability<T>& at) {
    const Vec<T> least = broadcast(T(keras_epsilon));
    return (at.p > least) & (at.complement > least);
}
template <class T>
inline Vec<T> clipped(Vec<T> x, double least, double most) {
    const Vec<T> lower = broadcast(T(least)), upper = broadcast(T(most));
    return x < lower ? lower : (x > upper ? upper : x);
}
// -ln of the largest and of the smallest probability that Keras allows.
inline constexpr double least_surprise = 1.0000000500000033e-07;
inline constexpr double most_surprise = 16.118095650958319788;

// t ln(t / p), both at least epsilon.
template <class T>
struct KLDivergence {
    Term<T> operator()(const Probability<T>& at, Vec<T> t) const {
        const Vec<T> least = broadcast(T(keras_epsilon)), most = broadcast(T(most_surprise));
        const Vec<T> bounded = clipped<T>(t, keras_epsilon, 1);
        const Vec<T> surprise = at.p > least ? at.surprise : most;
        return {bounded * (log<T>(bounded) + surprise), at.p > least ? -bounded : Vec<T>{}};
    }
};

// x^gamma for x from 2^-100 to 1.
template <class T>
inline Vec<T> power_of_share(Vec<T> x, T gamma) {
    return exp_nonpositive<T>(broadcast(gamma) * log<T>(x));
}

// -alpha t (1 - p)^gamma ln p, with epsilon <= p <= 1 - epsilon. Label smoothing mixes t with the
// uniform distribution.
template <class T>
struct CategoricalFocal {
    T gamma, alpha, remaining, uniform;
    Term<T> operator()(const Probability<T>& at, Vec<T> t) const {
        const Vec<T> smoothed = fma(broadcast(remaining), t, broadcast(uniform));
        const Vec<T> weight = broadcast(alpha) * smoothed;
        const Vec<T> rest = clipped<T>(at.complement, keras_epsilon, 1 - keras_epsilon);
        const Vec<T> surprise = clipped<T>(at.surprise, least_surprise, most_surprise);
        const Vec<T> factor = weight * power_of_share<T>(rest, gamma);
        const Vec<T> bend = fma(broadcast(gamma) * surprise, at.p / rest, broadcast(T(1)));
        return {factor * surprise, is_inside(at) ? -factor * bend : Vec<T>{}};
    }
};

// w (1 - p_t)^gamma times the binary cross-entropy, in which epsilon <= p <= 1 - epsilon, with
// 1 - p_t = t (1 - p) + (1 - t) p. The derivative is by the net input.
template <class T>
struct BinaryFocal {
    T gamma, weight_of_1, weight_of_0, smoothing;
    Term<T> operator()(const Probability<T>& at, Vec<T> surprise_of_0, Vec<T> target) const {
        const Vec<T> one = broadcast(T(1)), half = broadcast(T(0.5));
        const Vec<T> t = fma(one - broadcast(smoothing), target, half * broadcast(smoothing));
        const Vec<T> rest = one - t, weight = fma(t, broadcast(weight_of_1), rest * weight_of_0);
        const Vec<T> of_1 = clipped<T>(at.surprise, least_surprise, most_surprise);
        const Vec<T> of_0 = clipped<T>(surprise_of_0, least_surprise, most_surprise);
        const Vec<T> cross = t * of_1 + rest * of_0;
        const Vec<T> slope = is_inside(at) ? rest * at.p - t * at.complement : Vec<T>{};
        const Vec<T> missing = maximum(broadcast(T(0x1p-100)), t * at.complement + rest * at.p);
        const Vec<T> factor = weight * power_of_share<T>(missing, gamma);
        const Vec<T> bend = (rest - t) * (at.p * at.complement / missing);
        return {factor * cross, factor * fma(broadcast(gamma) * cross, bend, slope)};
    }
};

}  // namespace glassnet::GLASSNET_ISA
#endif
