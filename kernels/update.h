// The update of the parameters: fused with the products that compute their gradients, or by an
// array of gradients.
#pragma once

#include "pass.h"
#include "prefetch.h"
#include "share.h"

namespace glassnet::GLASSNET_ISA {

// One step of an update: what is the same for all groups.
template <class T>
struct UpdateStep {
    const Update& update;
    T* parameters;
    T* state;
    int64_t state_stride;
    double learning_rate;
    double batch_weight;  // the sample weights of the batch, summed
    RuleNumbers<T> numbers;

    UpdateStep(const Update& update, T* parameters, T* state, int64_t state_stride, int64_t step,
               double learning_rate, double batch_weight)
        : update(update),
          parameters(parameters),
          state(state),
          state_stride(state_stride),
          learning_rate(learning_rate),
          batch_weight(batch_weight),
          numbers(numbers_at_step<T>(update.rule, update.hyper_parameters, step)) {}

    ParameterGroup<T> group(double rate, bool biases) const {
        const double alpha = learning_rate * rate;
        const double l1 = strength(update.l1, biases), l2 = strength(update.l2, biases);
        const double decay = strength(update.decay, biases);
        return {
            update.rule, parameters, state, state + state_stride, T(alpha),
            numbers,     T(l1),      T(l2), T(1 - alpha * decay), l1 != 0 || l2 != 0 || decay != 0};
    }

private:
    double strength(const Penalty& penalty, bool biases) const {
        // Examples of weight 0 have no gradient, and are no reason to shrink either.
        const double fixed = biases ? penalty.biases : penalty.weights;
        const double over = biases ? penalty.biases_over_examples : penalty.weights_over_examples;
        return batch_weight != 0 ? fixed + over / batch_weight : fixed;
    }
};

// Updates the parameters by their gradients while these are in the first-level cache.
template <class T>
struct UpdateParameters {
    const UpdateStep<T>& step;
    LocalColumns<T> local;
    InputPrefetcher<T>* prefetcher;

    struct GroupUpdate {
        ParameterGroup<T> group;
        InputPrefetcher<T>* prefetcher;
        void prepare(int64_t at, int64_t stride, int64_t rows, int64_t columns) const {
            prefetch(group, at, stride, rows, columns);
            prefetcher->prefetch_lines();
        }
        void operator()(const GradientBlock<T>& block) const { update(group, block); }
    };
    GroupUpdate weights(const Layer& layer) const {
        return {step.group(layer.weight_rate, false), prefetcher};
    }
    GroupUpdate local_weights(const Layer& layer) const {
        ParameterGroup<T> group = step.group(layer.weight_rate, false);
        group.parameters = local.weights;
        group.state1 = local.state;
        group.state2 = local.state + layer.from * local.count;
        return {group, prefetcher};
    }
    GroupUpdate biases(const Layer& layer) const {
        return {step.group(layer.bias_rate, true), prefetcher};
    }
};

// Updates all parameters by an array of gradients.
template <class T>
void update_all(const Network& network, const UpdateStep<T>& step, const T* gradient, T factor,
                Share share) {
    const UpdateParameters<T> consumer{step, {}, nullptr};
    const auto apply = [&](const auto& update_group, int64_t first, int64_t count) {
        const int64_t vectors = (count + lanes<T> - 1) / lanes<T>;
        const int64_t begin = share.begin(vectors) * lanes<T>;
        const int64_t end = share.end(vectors) * lanes<T>;
        const int64_t columns = (end < count ? end : count) - begin;
        update_group(
            GradientBlock<T>{gradient + first + begin, 0, first + begin, 0, 1, columns, factor});
    };
    for (int64_t l = 0; l < network.depth; ++l) {
        const Layer& layer = network.layers[l];
        apply(consumer.weights(layer), layer.weights, layer.weight_count());
        if (layer.biases >= 0) apply(consumer.biases(layer), layer.biases, layer.to);
    }
}

}  // namespace glassnet::GLASSNET_ISA
