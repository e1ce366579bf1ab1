// SPDX-License-Identifier: MIT
// Shared by the parts of the benchmark: report lines and partner threads.
//
// The benchmark runs as the root task, and nothing else runs, so the counts are exact. Under QEMU's -icount shift=0 the
// cycle counter counts instructions, those of user code and the kernel together.
#pragma once

#include <cstdint>
#include <span>

#include "glenda/bootstrap.h"
#include "glenda/object.h"
#include "util/bits.h"

namespace glenda::bench {

extern Bootstrap* bootstrap;
/// The number of slots from `scratch` on. Each measurement may use them and leaves them empty.
constexpr std::uint64_t kScratchSlots = 2048;
extern CPtr scratch;

/// The addresses of a partner's code and UTCB, and the priority of the measuring thread.
constexpr std::uint64_t kCodeAddress = 0x10'0000'0000;
constexpr std::uint64_t kPartnerUtcb = kCodeAddress + 0x1000;
constexpr unsigned kPriority = 100;

/// Prints the average of `total` cycles over `n` rounds.
void report(const char* name, std::uint64_t total, std::uint64_t n);

/// Deletes the capabilities in the first `count` scratch slots.
void clear_scratch(std::uint64_t count);

/// Ends the benchmark unless this step succeeded.
void need(const Result<void>& result, const char* what);
template <typename T>
T need(Result<T> result, const char* what) {
    need(result ? Result<void>{} : Result<void>(Failure(result.error())), what);
    return *result;
}

using Code = std::span<const std::byte>;

/// A thread that runs one of the loops in loops.S.
struct Partner {
    enum class Space { Own, Shared };

    Tcb tcb;
    VSpace vspace;
    Registers registers;

    /// The partner shares the root task's CSpace. `fault_handler` may be empty.
    Partner(Code code, Space space, Endpoint fault_handler = {});
    /// Starts with the values in `registers`, at this priority.
    void start(unsigned priority = kPriority);
    void stop();
};

#define BENCH_LOOP(name)                                           \
    extern "C" const std::byte loop_##name[], loop_##name##_end[]; \
    inline std::span<const std::byte> name##_code() { return {loop_##name, loop_##name##_end}; }
BENCH_LOOP(reply)
BENCH_LOOP(reply_delete)
BENCH_LOOP(pong)
BENCH_LOOP(wait)
BENCH_LOOP(yield)
BENCH_LOOP(touch)
BENCH_LOOP(break)

extern "C" {
std::uint64_t count_calls(CPtr endpoint, std::uint64_t tag, std::uint64_t n);
std::uint64_t count_pings(CPtr signal, CPtr wait, std::uint64_t n);
std::uint64_t count_syscalls(CPtr pointer, std::int64_t number, std::uint64_t n);
}

void measure_ipc();
void measure_notifications();
void measure_faults();
void measure_memory();
void measure_capabilities();
void measure_threads();

}  // namespace glenda::bench
