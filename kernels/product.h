// The hot loop: C = A B, in tiles that stay in registers. Each element of C is one
// chain of fused multiply-adds in the order of k; lanes, tiles and threads go over rows and columns
// only. What happens to a finished tile (bias and activation, derivative, update of the weights) is
// the caller's epilogue, applied while the tile is still in the first-level cache.
#pragma once

#include "share.h"
#include "vector.h"

namespace glassnet::GLASSNET_ISA {

inline constexpr int tile_vectors = 2;
template <class T>
inline constexpr int tile_columns = tile_vectors * lanes<T>;

// Element (row, k) of the left operand is at data[row * row_stride + k * k_stride].
template <class T>
struct Left {
    const T* data;
    int64_t row_stride, k_stride;
};

// Element (k, column) of the right operand is at data[k * k_stride + column * column_stride]; one
// of the strides is 1. `padded` says that whole vectors may be read beyond its last column.
template <class T>
struct Right {
    const T* data;
    int64_t k_stride, column_stride;
    bool padded;
};

template <class T>
inline int64_t panel_count(int64_t columns) {
    return (columns + tile_columns<T> - 1) / tile_columns<T>;
}

// The columns of a thread, in whole panels.
struct ColumnRange {
    int64_t first, end;
    int64_t count() const { return end - first; }
};
template <class T>
inline ColumnRange column_range(int64_t columns, Share share) {
    const int64_t panels = panel_count<T>(columns);
    const int64_t end = share.end(panels) * tile_columns<T>;
    return {share.begin(panels) * tile_columns<T>, end < columns ? end : columns};
}

// `rows` x `vectors` sums over k of a (row, k) b (k, column), left in `tile`, or added to it.
template <class T, int rows, int vectors>
void multiply_tile(Left<T> a, const T* b, int64_t b_stride, int64_t k_count, T* tile, bool add) {
    Vec<T> sum[rows][vectors] = {};
    const T* a_k = a.data;
    for (int64_t k = 0; k < k_count; ++k, a_k += a.k_stride, b += b_stride) {
        Vec<T> b_k[vectors];
#pragma GCC unroll 2
        for (int v = 0; v < vectors; ++v) b_k[v] = load(b + v * lanes<T>);
#pragma GCC unroll 12
        for (int row = 0; row < rows; ++row) {
            const Vec<T> element = broadcast(a_k[row * a.row_stride]);
#pragma GCC unroll 2
            for (int v = 0; v < vectors; ++v) sum[row][v] = fma(element, b_k[v], sum[row][v]);
        }
    }
#pragma GCC unroll 12
    for (int row = 0; row < rows; ++row) {
#pragma GCC unroll 2
        for (int v = 0; v < vectors; ++v) {
            T* to = tile + row * tile_columns<T> + v * lanes<T>;
            store(to, add ? load(to) + sum[row][v] : sum[row][v]);
        }
    }
}

// The tile function for 1 ... tile_rows rows, as a constant the compiler can unroll.
template <class T, int vectors, int rows = tile_rows>
inline void multiply_rows(int count, Left<T> a, const T* b, int64_t b_stride, int64_t k_count,
                          T* tile, bool add) {
    if (count == rows)
        multiply_tile<T, rows, vectors>(a, b, b_stride, k_count, tile, add);
    else if constexpr (rows > 1)
        multiply_rows<T, vectors, rows - 1>(count, a, b, b_stride, k_count, tile, add);
}

// Copies columns [column, column + count) of the right operand into a dense panel of `width`
// columns, zeros beyond count, so that the tile loop reads whole vectors one after another.
template <class T>
void pack_panel(Right<T> b, int64_t column, int64_t count, int64_t width, int64_t k_count,
                T* panel) {
    for (int64_t v = 0; v < width; v += lanes<T>) {
        const int columns = lanes_left<T>(v, count);
        if (b.column_stride == 1) {
            const T* from = b.data + column + v;
            for (int64_t k = 0; k < k_count; ++k) {
                // Rows far apart: the hardware prefetcher does not find the next one.
                __builtin_prefetch(from + (k + 16) * b.k_stride);
                store(panel + k * width + v, load(from + k * b.k_stride, columns));
            }
        } else {
            const T* from = b.data + (column + v) * b.column_stride;
            for (int64_t k = 0; k < k_count; k += lanes<T>)
                transpose(from + k, b.column_stride, columns, lanes_left<T>(k, k_count),
                          panel + k * width + v, width);
        }
    }
}

// Do the threads of a team split a product by its panels? Each panel is then packed only once.
// Where there are too few panels, they split the rows.
template <class T>
inline bool parallel_over_panels(int64_t columns, int threads) {
    const int64_t panels = panel_count<T>(columns);
    return panels % threads == 0 || panels >= 4 * threads;
}

// One tile of C, the sum over k in blocks of `block` that are added in order.
template <class T>
[[gnu::always_inline]] inline void multiply_blocks(int rows, int vectors, Left<T> a, const T* b,
                                                   int64_t b_stride, int64_t k_count, int64_t block,
                                                   T* tile) {
    for (int64_t k = 0; k < k_count; k += block) {
        const Left<T> a_block{a.data + k * a.k_stride, a.row_stride, a.k_stride};
        const T* b_block = b + k * b_stride;
        const int64_t k_block = k_count - k < block ? k_count - k : block;
        if (vectors == 2)
            multiply_rows<T, 2>(rows, a_block, b_block, b_stride, k_block, tile, k > 0);
        else
            multiply_rows<T, 1>(rows, a_block, b_block, b_stride, k_block, tile, k > 0);
    }
}

// C (rows x columns) = A B, the sum over k in blocks of `block` that are added in order.
// epilogue(row, column, tile, rows, columns) receives each finished tile, whose rows are
// tile_columns apart; epilogue.prepare(row, column, rows, columns) goes before. `panel` has room
// for k_count * tile_columns<T> numbers.
template <class T, class Epilogue>
void multiply(Left<T> a, Right<T> b, int64_t rows, int64_t columns, int64_t k_count, int64_t block,
              Share share, T* panel, const Epilogue& epilogue) {
    const Share over_panels =
        parallel_over_panels<T>(columns, share.threads) ? share : single_thread;
    const Share over_rows = parallel_over_panels<T>(columns, share.threads) ? single_thread : share;
    const int64_t panels = panel_count<T>(columns), first_row = over_rows.begin(rows);
    const int64_t row_count = over_rows.end(rows) - first_row;
    if (row_count == 0) return;
    // Tiles of about equal height: none is left with a single row.
    const int64_t tiles = (row_count + tile_rows - 1) / tile_rows;
    const int64_t height = row_count / tiles, taller_tiles = row_count % tiles;

    alignas(64) T tile[tile_rows * tile_columns<T>];
    for (int64_t p = over_panels.begin(panels); p < over_panels.end(panels); ++p) {
        const int64_t column = p * tile_columns<T>, left = columns - column;
        const int count = int(left < tile_columns<T> ? left : tile_columns<T>);
        const int vectors = (count + lanes<T> - 1) / lanes<T>;
        const int64_t width = vectors * lanes<T>;
        constexpr int64_t max_stride = 1024 / int64_t(sizeof(T));
        const bool pack = b.column_stride != 1 || (count != width && !b.padded) ||
                          (b.k_stride > max_stride && tiles > 2);
        if (pack) pack_panel(b, column, count, width, k_count, panel);
        const T* b_panel = pack ? panel : b.data + column;
        const int64_t b_stride = pack ? width : b.k_stride;

        int64_t row = first_row;
        for (int64_t t = 0; t < tiles; ++t) {
            const int tile_height = int(height + (t < taller_tiles));
            epilogue.prepare(row, column, tile_height, count);
            multiply_blocks(tile_height, vectors,
                            Left<T>{a.data + row * a.row_stride, a.row_stride, a.k_stride}, b_panel,
                            b_stride, k_count, block, tile);
            epilogue(row, column, tile, tile_height, count);
            row += tile_height;
        }
    }
}

}  // namespace glassnet::GLASSNET_ISA
