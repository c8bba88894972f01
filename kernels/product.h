// The one loop that costs time: C = A B, in tiles that stay in registers. Each element of C is one
// chain of fused multiply-adds in the order of k; lanes, tiles and threads go over rows and columns
// only. What happens to a finished tile (bias and activation, derivative, update of the weights) is
// the caller's epilogue, applied while the tile is still in the first-level cache.
#pragma once

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

// Element (k, column) of the right operand is at data[k * k_stride + column * column_stride].
template <class T>
struct Right {
    const T* data;
    int64_t k_stride, column_stride;
};

// Which part of a shared product one thread of a team computes.
struct Share {
    int part, parts;
    int64_t begin(int64_t count) const { return count * part / parts; }
    int64_t end(int64_t count) const { return count * (part + 1) / parts; }
};

// `rows` x `vectors` sums over k of a (row, k) b (k, column), left in `tile`, or added to it.
template <class T, int rows, int vectors>
void multiply_tile(Left<T> a, const T* b, int64_t b_stride, int64_t k_count, T* tile, bool add) {
    Vec<T> sum[rows][vectors] = {};
    for (int64_t k = 0; k < k_count; ++k) {
        Vec<T> b_k[vectors];
#pragma GCC unroll 2
        for (int v = 0; v < vectors; ++v) b_k[v] = load(b + k * b_stride + v * lanes<T>);
#pragma GCC unroll 12
        for (int row = 0; row < rows; ++row) {
            const Vec<T> a_k = broadcast(a.data[row * a.row_stride + k * a.k_stride]);
#pragma GCC unroll 2
            for (int v = 0; v < vectors; ++v) sum[row][v] = fma(a_k, b_k[v], sum[row][v]);
        }
    }
#pragma GCC unroll 12
    for (int row = 0; row < rows; ++row) {
#pragma GCC unroll 2
        for (int v = 0; v < vectors; ++v) {
            T* place = tile + row * tile_columns<T> + v * lanes<T>;
            store(place, add ? load(place) + sum[row][v] : sum[row][v]);
        }
    }
}

// The tile function for 1 ... tile_rows rows, as a constant the compiler can unroll.
template <class T, int vectors, int rows = tile_rows>
inline void multiply_rows(int64_t count, Left<T> a, const T* b, int64_t b_stride, int64_t k_count,
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
    const T* first = b.data + column * b.column_stride;
    for (int64_t k = 0; k < k_count; ++k) {
        T* row = panel + k * width;
        const T* from = first + k * b.k_stride;
        for (int64_t c = 0; c < count; ++c) row[c] = from[c * b.column_stride];
        for (int64_t c = count; c < width; ++c) row[c] = T(0);
    }
}

// C (rows x columns) = A B, the sum over k in blocks of `block` that are added in order.
// epilogue(row, column, value, count) receives every vector of C once, `count` of its lanes valid.
// `panel` has room for k_count * tile_columns<T> numbers.
template <class T, class Epilogue>
void multiply(Left<T> a, Right<T> b, int64_t rows, int64_t columns, int64_t k_count, int64_t block,
              Share share, T* panel, const Epilogue& epilogue) {
    const int64_t panels = (columns + tile_columns<T> - 1) / tile_columns<T>;
    const int64_t row_tiles = (rows + tile_rows - 1) / tile_rows;
    // Threads take whole panels where there are enough of them, so that each panel is packed once.
    const bool by_panel = panels % share.parts == 0 || panels >= 4 * share.parts;
    const Share everything{0, 1};
    const Share over_panels = by_panel ? share : everything;
    const Share over_rows = by_panel ? everything : share;

    alignas(64) T tile[tile_rows * tile_columns<T>];
    for (int64_t p = over_panels.begin(panels); p < over_panels.end(panels); ++p) {
        const int64_t column = p * tile_columns<T>;
        const int64_t left = columns - column;
        const int64_t count = left < tile_columns<T> ? left : tile_columns<T>;
        const int64_t vectors = (count + lanes<T> - 1) / lanes<T>;
        const int64_t width = vectors * lanes<T>;
        const int64_t longest_stride = 1024 / int64_t(sizeof(T));
        const bool pack = b.column_stride != 1 || count != width || b.k_stride > longest_stride;
        if (pack) pack_panel(b, column, count, width, k_count, panel);
        const T* b_panel = pack ? panel : b.data + column;
        const int64_t b_stride = pack ? width : b.k_stride;

        for (int64_t t = over_rows.begin(row_tiles); t < over_rows.end(row_tiles); ++t) {
            const int64_t row = t * tile_rows;
            const int64_t row_count = rows - row < tile_rows ? rows - row : tile_rows;
            for (int64_t k = 0; k < k_count; k += block) {
                const Left<T> a_block{a.data + row * a.row_stride + k * a.k_stride, a.row_stride,
                                      a.k_stride};
                const T* b_block = b_panel + k * b_stride;
                const int64_t k_block = k_count - k < block ? k_count - k : block;
                if (vectors == 2)
                    multiply_rows<T, 2>(row_count, a_block, b_block, b_stride, k_block, tile,
                                        k > 0);
                else
                    multiply_rows<T, 1>(row_count, a_block, b_block, b_stride, k_block, tile,
                                        k > 0);
            }
            for (int64_t r = 0; r < row_count; ++r) {
                for (int64_t c = 0; c < count; c += lanes<T>) {
                    const int valid = count - c < lanes<T> ? int(count - c) : lanes<T>;
                    epilogue(row + r, column + c, load(tile + r * tile_columns<T> + c), valid);
                }
            }
        }
    }
}

}  // namespace glassnet::GLASSNET_ISA
