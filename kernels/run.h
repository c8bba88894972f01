// A training of many steps, on a team or, where that is faster, on a single thread.
#pragma once

#include <time.h>

#include "memory.h"
#include "small.h"

namespace glassnet::GLASSNET_ISA {
namespace {

inline int64_t largest_batch(const int64_t* batch_starts, int64_t steps) {
    int64_t largest = 0;
    for (int64_t s = 0; s < steps; ++s)
        largest = larger(largest, batch_starts[s + 1] - batch_starts[s]);
    return largest;
}

template <class T>
size_t training_bytes(const Training<T>& training, int threads, bool autotune_threads) {
    const int64_t rows = largest_batch(training.batch_starts, training.steps);
    Arena arena(nullptr);
    if (SmallTraining<T>::fits(training, rows)) {
        SmallTraining<T>(training).allocate(arena, rows);
        return arena.used();
    }
    TrainingMemory<T>(arena, training, rows, threads);
    if (autotune_threads && threads > 1) TrainingMemory<T>(arena, training, rows, 1);
    return arena.used();
}

template <class T>
struct RunArguments {
    const Training<T>& training;
    const TrainingMemory<T>& team_memory;
    const TrainingMemory<T>* single_memory;  // null where nothing is to be tuned
    int64_t rows;                            // of the largest batch
    Team& team;
    bool single_is_faster;

    TrainingThread<T> team_thread(int thread) const {
        return team_memory.thread(training, rows, {thread, team.size()}, team);
    }
};

template <class T>
double measure_seconds(TrainingThread<T>& thread, int64_t first, int64_t end) {
    timespec began, ended;
    clock_gettime(CLOCK_MONOTONIC, &began);
    thread.take_steps(first, end);
    clock_gettime(CLOCK_MONOTONIC, &ended);
    return double(ended.tv_sec - began.tv_sec) + 1e-9 * double(ended.tv_nsec - began.tv_nsec);
}

// So many steps are measured each way.
inline constexpr int64_t trial_steps = 24;

// Whether a team is faster than a single thread depends on how far apart its cores are, and the
// system does not tell. Both give the same bits, so both are measured on the first steps, and the
// faster one takes the rest.
template <class T>
void run_thread(RunArguments<T>& arguments, int thread) {
    TrainingThread<T> in_team = arguments.team_thread(thread);
    const int64_t steps = arguments.training.steps;
    if (!arguments.single_memory || steps < 8 * trial_steps) {
        in_team.run(0, steps);
        return;
    }
    in_team.load_local_columns();
    in_team.take_steps(0, trial_steps);  // warm-up: until all threads are awake
    const double team_seconds = measure_seconds(in_team, trial_steps, 2 * trial_steps);
    in_team.store_local_columns();
    in_team.context.barrier();
    Team team_of_one(1);
    const auto single = [&] {
        return arguments.single_memory->thread(arguments.training, arguments.rows, single_thread,
                                               team_of_one);
    };
    if (thread == 0) {
        TrainingThread<T> trial = single();
        arguments.single_is_faster =
            measure_seconds(trial, 2 * trial_steps, 3 * trial_steps) < team_seconds;
    }
    in_team.context.barrier();
    if (!arguments.single_is_faster)
        in_team.run(3 * trial_steps, steps);
    else if (thread == 0)
        single().run(3 * trial_steps, steps);
}

template <class T>
void run(const Training<T>& training, Team& team, bool autotune_threads, void* workspace) {
    const int64_t rows = largest_batch(training.batch_starts, training.steps);
    Arena arena(workspace);
    if (SmallTraining<T>::fits(training, rows)) {
        SmallTraining<T> small(training);
        small.allocate(arena, rows);
        small.run();
        return;
    }
    const auto on_each_thread = [](void* arguments, int thread) {
        run_thread(*static_cast<RunArguments<T>*>(arguments), thread);
    };
    const TrainingMemory<T> team_memory(arena, training, rows, team.size());
    RunArguments<T> arguments{training, team_memory, nullptr, rows, team, false};
    if (!autotune_threads || team.size() == 1) {
        team.parallel(on_each_thread, &arguments);
        return;
    }
    const TrainingMemory<T> single_memory(arena, training, rows, 1);
    arguments.single_memory = &single_memory;
    team.parallel(on_each_thread, &arguments);
}

}  // namespace
}  // namespace glassnet::GLASSNET_ISA
