// A first layer whose inputs are mostly 0: its products go over the others only. Each sum is the
// same chain as in product.h without the terms that are 0, hence the same bits.
#pragma once

#include "dropout.h"
#include "product.h"

namespace glassnet::GLASSNET_ISA {

// One row of C = A B, `vectors` wide, left in `tile`; `last` columns are in the last vector.
template <class T, int vectors>
void multiply_sparse_row(const SparseRows<T>& a, int64_t row, Right<T> b, int last, int64_t block,
                         T* tile) {
    Vec<T> total[vectors] = {}, sum[vectors] = {};
    int64_t block_end = block;
    for (int64_t i = a.starts[row]; i < a.starts[row + 1]; ++i) {
        const int64_t k = a.columns[i];
        if (k >= block_end) {
            for (int v = 0; v < vectors; ++v) total[v] = total[v] + sum[v], sum[v] = Vec<T>{};
            block_end = (k / block + 1) * block;
        }
        const Vec<T> element = broadcast(a.values[i]);
        for (int v = 0; v < vectors; ++v) {
            const T* b_k = b.data + k * b.k_stride + v * lanes<T>;
            sum[v] = fma(element, load(b_k, v + 1 < vectors ? lanes<T> : last), sum[v]);
        }
    }
    for (int v = 0; v < vectors; ++v) store(tile + v * lanes<T>, total[v] + sum[v]);
}

// C (rows x columns) = A B like `multiply`, with a sparse A and rows of B whose columns are
// contiguous. A row of A meets only some rows of B, far apart: all their columns are read before
// the next ones.
template <class T, class Epilogue>
void multiply_sparse(const SparseRows<T>& a, Right<T> b, int64_t rows, int64_t columns,
                     int64_t block, Share share, const Epilogue& epilogue) {
    const bool by_panels = parallel_over_panels<T>(columns, share.threads);
    const Share over_panels = by_panels ? share : single_thread;
    const Share over_rows = by_panels ? single_thread : share;
    const ColumnRange range = column_range<T>(columns, over_panels);
    const int64_t end = over_rows.end(rows);
    alignas(64) T tile[tile_rows * tile_columns<T>];
    for (int64_t row = over_rows.begin(rows); row < end; row += tile_rows) {
        const int height = int(end - row < tile_rows ? end - row : tile_rows);
        for (int64_t column = range.first; column < range.end; column += tile_columns<T>) {
            const int64_t left = range.end - column;
            const int count = int(left < tile_columns<T> ? left : tile_columns<T>);
            const bool two = count > lanes<T>;
            const int last = b.padded ? lanes<T> : two ? count - lanes<T> : count;
            const Right<T> panel{b.data + column, b.k_stride, 1, b.padded};
            epilogue.prepare(row, column, height, count);
            for (int r = 0; r < height; ++r) {
                T* to = tile + r * tile_columns<T>;
                if (two)
                    multiply_sparse_row<T, 2>(a, row + r, panel, last, block, to);
                else
                    multiply_sparse_row<T, 1>(a, row + r, panel, last, block, to);
            }
            epilogue(row, column, tile, height, count);
        }
    }
}

// Memory for sparse rows.
template <class T>
struct SparseBuffer {
    int64_t* starts;
    int32_t* columns;
    T* values;

    SparseRows<T> rows() const { return {starts, columns, values}; }

    // Copies the rows of a batch.
    void gather(const SparseRows<T>& x, const int64_t* order, int64_t rows) const {
        starts[0] = 0;
        for (int64_t row = 0; row < rows; ++row) {
            const int64_t from = x.starts[order[row]], count = x.starts[order[row] + 1] - from;
            const int64_t to = starts[row];
            __builtin_memcpy(columns + to, x.columns + from, size_t(count) * sizeof(int32_t));
            __builtin_memcpy(values + to, x.values + from, size_t(count) * sizeof(T));
            starts[row + 1] = to + count;
        }
    }

    void apply_dropout(const DropoutMask& mask, int64_t rows) const {
        for (int64_t row = 0; row < rows; ++row)
            mask.apply(row, columns + starts[row], starts[row + 1] - starts[row],
                       values + starts[row]);
    }

    // Makes these the columns of a matrix, as rows: of each its numbers in the order of the rows.
    void transpose(const SparseRows<T>& from, int64_t rows, int64_t columns_of_from) const {
        const size_t bytes = size_t(columns_of_from) * sizeof(int64_t);
        __builtin_memset(starts, 0, bytes + sizeof(int64_t));
        for (int64_t i = from.starts[0]; i < from.starts[rows]; ++i) ++starts[from.columns[i] + 1];
        for (int64_t k = 0; k < columns_of_from; ++k) starts[k + 1] += starts[k];
        for (int64_t row = 0; row < rows; ++row) {
            for (int64_t i = from.starts[row]; i < from.starts[row + 1]; ++i) {
                const int64_t to = starts[from.columns[i]]++;
                columns[to] = int32_t(row);
                values[to] = from.values[i];
            }
        }
        // Each start has moved on to where the next column starts.
        __builtin_memmove(starts + 1, starts, bytes);
        starts[0] = 0;
    }
};

}  // namespace glassnet::GLASSNET_ISA
