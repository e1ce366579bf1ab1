// SPDX-License-Identifier: MIT
// What the parts of the benchmark share: a report line, and a way to make partner threads.
//
// The benchmark runs as the root task, alone: counts are exact because nothing else happens. Under QEMU's
// -icount shift=0 the cycle counter counts instructions, of user code and kernel together.
#pragma once

#include <cstdint>
#include <span>

#include "glenda/bootstrap.h"
#include "glenda/object.h"
#include "util/bits.h"

namespace glenda::bench {

extern Bootstrap* bootstrap;
/// Slots that each measurement may use, and leaves empty.
constexpr std::uint64_t kScratchSlots = 2048;
extern CPtr scratch;

/// Where the partners' code and UTCB lie in their address spaces, and the priority of the measuring thread.
constexpr std::uint64_t kCodeAddress = 0x10'0000'0000;
constexpr std::uint64_t kPartnerUtcb = kCodeAddress + 0x1000;
constexpr unsigned kPriority = 100;

/// Say what `total` cycles in `n` rounds come to.
void report(const char* name, std::uint64_t total, std::uint64_t n);

/// Empty the first `count` scratch slots.
void clear_scratch(std::uint64_t count);

/// Stop the benchmark if this failed.
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

    /// Its CSpace is the root task's. `fault_handler` may be empty.
    Partner(Code code, Space space, Endpoint fault_handler = {});
    /// Run with what `registers` holds, at this priority.
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
