// The arrays of a batch in a forward and backward pass.
#pragma once

#include "network.h"
#include "vector.h"

namespace glassnet::GLASSNET_ISA {

// Rows of a layer's arrays are a whole number of cache lines apart, so that whole vectors may be
// written beyond the last unit, and not a power of two, which would map them to a few sets of the
// caches.
template <class T>
inline int64_t row_stride(int64_t units) {
    const int64_t stride = (units + cache_line<T> - 1) / cache_line<T> * cache_line<T>;
    return stride % (16 * cache_line<T>) == 0 ? stride + cache_line<T> : stride;
}

// Arrays of one layer, each of shape (rows, units) with rows `stride` apart; null where not stored.
template <class T>
struct LayerArrays {
    T* net_input;   // of softmax and the output layer; of all layers in a trace
    T* output;      // y; of layer 0, the input x
    T* derivative;  // g'(in), stored by the forward pass; of a softmax layer, y before dropout
    T* delta;
    int64_t stride;

    LayerArrays from_column(int64_t column) const {
        const auto from = [column](T* array) { return array ? array + column : nullptr; };
        return {from(net_input), from(output), from(derivative), from(delta), stride};
    }
};

// The columns of the first layer's weights that one thread of a team works on, in a matrix of its
// own. No other thread reads them, since no delta goes back to the input; but in a shared matrix
// they would lie next to other threads' columns, and prefetching of adjacent lines would have the
// effect of false sharing.
template <class T>
struct LocalColumns {
    T* weights;  // (from, count); null where the threads work on the network's matrix
    T* state;    // their optimizer state, such matrices one after another
    int64_t first, count;
};

// A forward and backward pass of one batch.
template <class T>
struct Pass {
    const Network* network;
    const T* parameters;
    int64_t rows;
    SparseRows<T> x, x_transposed;  // where the inputs are sparse
    LayerArrays<T>* layers;         // by layer, 0 ... depth
    bool computes_loss;             // whether the output layer goes on to the loss and delta
    T* targets;                     // (rows, outputs), as far apart as the output layer's rows
    T* sample_weight;               // (rows), or null where all examples count alike
    double* losses;                 // (rows)
    Dropout dropout;
    int64_t step;
    LocalColumns<T> local;

    bool is_sparse() const { return x.starts; }
    int64_t depth() const { return network->depth; }
    const Layer& layer(int64_t l) const { return network->layers[l - 1]; }
    int64_t units(int64_t l) const { return l == 0 ? network->layers[0].from : layer(l).to; }
    // Does the activation (or the loss) of this layer need whole rows? Then it cannot run in the
    // product's epilogue.
    bool row_wise(int64_t l) const {
        return layer(l).activation == Activation::softmax || (computes_loss && l == depth());
    }
    double dropout_rate(int64_t l) const {
        return dropout.rates && l < depth() ? dropout.rates[l] : 0;
    }
};

// Scratch memory of one thread.
template <class T>
struct Scratch {
    T* x;                                        // the batch's inputs
    T* panel;                                    // a packed panel of a product's right operand
    T *net_input, *targets, *predicted, *delta;  // (units, lanes): some examples of the output
};

}  // namespace glassnet::GLASSNET_ISA
