// Dropout (Srivastava et al. 2014): in training an output is set to 0 with probability `rate`,
// and the others are scaled by 1 / (1 - rate). The dropout mask is a function of (seed, step,
// layer, unit, example), by the counter-based generator Philox4x32-10 (Salmon et al. 2011): nothing
// is drawn in sequence, so any thread computes the same mask. randomness.py has the same function
// in NumPy.
#pragma once

#include "vector.h"

namespace glassnet::GLASSNET_ISA {

inline constexpr int word_lanes = (GLASSNET_REGISTER_BYTES ? GLASSNET_REGISTER_BYTES : 8) / 8;
typedef uint64_t Words __attribute__((vector_size(word_lanes * 8)));

// Four random 32-bit words for each lane's counter (block, example, layer, step).
struct FourWords {
    Words word[4];
};
inline FourWords philox(Words block, uint32_t example, uint32_t layer, uint32_t step,
                        uint64_t seed) {
    constexpr uint64_t multiplier0 = 0xD2511F53, multiplier1 = 0xCD9E8D57, low = 0xFFFFFFFF;
    uint64_t key0 = seed & low, key1 = seed >> 32;
    Words c0 = block, c1 = Words{} + example, c2 = Words{} + layer, c3 = Words{} + step;
    for (int round = 0; round < 10; ++round) {
        const Words product0 = c0 * multiplier0, product1 = c2 * multiplier1;
        c0 = (product1 >> 32) ^ c1 ^ key0;
        c2 = (product0 >> 32) ^ c3 ^ key1;
        c1 = product1 & low;
        c3 = product0 & low;
        key0 = (key0 + 0x9E3779B9) & low;
        key1 = (key1 + 0xBB67AE85) & low;
    }
    return {{c0, c1, c2, c3}};
}

// The dropout mask of one layer in one step.
struct DropoutMask {
    double rate;
    uint64_t seed;
    int64_t step, layer;

    // Multiplies the row of an example by its mask, 0 or 1 / (1 - rate), and a second row if there
    // is one.
    template <class T>
    void apply(int64_t example, int64_t units, T* row, T* second) const {
        const uint64_t threshold = uint64_t(rate * 4294967296.0);
        const T scale = T(1 / (1 - rate));
        uint64_t words[4][word_lanes];
        for (int64_t first = 0; first < units; first += 4 * word_lanes) {
            Words block;
            for (int lane = 0; lane < word_lanes; ++lane) block[lane] = uint64_t(first / 4 + lane);
            const FourWords random =
                philox(block, uint32_t(example), uint32_t(layer), uint32_t(step), seed);
            __builtin_memcpy(words, &random, sizeof(words));
            const int64_t count = units - first < 4 * word_lanes ? units - first : 4 * word_lanes;
            for (int64_t unit = 0; unit < count; ++unit) {
                const T factor = words[unit % 4][unit / 4] < threshold ? T(0) : scale;
                row[first + unit] *= factor;
                if (second) second[first + unit] *= factor;
            }
        }
    }

    // The same for a row of which only some units are there.
    template <class T>
    void apply(int64_t example, const int32_t* units, int64_t count, T* row) const {
        const uint64_t threshold = uint64_t(rate * 4294967296.0);
        const T scale = T(1 / (1 - rate));
        for (int64_t i = 0; i < count; ++i) {
            const FourWords random = philox(Words{} + uint64_t(units[i] / 4), uint32_t(example),
                                            uint32_t(layer), uint32_t(step), seed);
            row[i] *= random.word[units[i] % 4][0] < threshold ? T(0) : scale;
        }
    }
};

}  // namespace glassnet::GLASSNET_ISA
