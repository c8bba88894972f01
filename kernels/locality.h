// Which arrays and phases are local to a thread. Each thread of a team works on the same columns of
// a layer in every phase, so that it mostly reads what it wrote itself; what no other thread reads
// is in thread-local arrays.
#pragma once

#include "pass.h"
#include "product.h"

namespace glassnet::GLASSNET_ISA {

// Does each thread work on the same columns of a hidden layer forward and backward? Its derivative,
// and delta(1), are then read by no other thread, so they are in thread-local arrays.
template <class T>
bool columns_are_local(const Pass<T>& pass, int64_t l, int threads) {
    return l > 0 && l < pass.depth() && parallel_over_panels<T>(pass.units(l), threads) &&
           pass.layer(l).activation != Activation::softmax && pass.dropout_rate(l) == 0 &&
           pass.layer(l).connection == Connection::dense &&
           pass.layer(l + 1).connection == Connection::dense;
}

// After delta(L), does each thread read only what it wrote itself, until the next step exchanges
// y(1)? Then there is no barrier. So it is with one hidden layer, where a thread's columns of y(1)
// are also its rows of a W(2) that is too narrow to be split by columns.
template <class T>
bool backward_is_local(const Pass<T>& pass, int threads) {
    return pass.depth() == 2 && columns_are_local(pass, 1, threads) &&
           pass.units(1) % (threads * tile_columns<T>) == 0 &&
           !parallel_over_panels<T>(pass.units(2), threads);
}

}  // namespace glassnet::GLASSNET_ISA
