// Which instruction sets were built in, which of them this processor has, and their kernels.
#pragma once

#include <string>
#include <vector>

#include "network.h"

namespace glassnet {

struct InstructionSet {
    const char* name;
    bool (*available)();
    const Kernels<float>& float32;
    const Kernels<double>& float64;

    template <class T>
    const Kernels<T>& kernels() const;
};

// All that were built, the most capable first.
const std::vector<InstructionSet>& instruction_sets();

// By name; throws std::invalid_argument where it was not built or the processor lacks it.
const InstructionSet& find_instruction_set(const std::string& name);

}  // namespace glassnet
