// SPDX-License-Identifier: MIT
// The names of exceptions (privileged specification, table 4.2); see faults.h.
#include "faults.h"

#include "arch/trap.h"
#include "debug/print.h"

namespace glenda {

namespace {

// Those without a name cannot come out of user mode, or are reserved.
constexpr const char* kNames[arch::kCauseCount] = {"misaligned jump",
                                                   "instruction access fault",
                                                   "illegal instruction",
                                                   "breakpoint",
                                                   "misaligned load",
                                                   "load access fault",
                                                   "misaligned store",
                                                   "store access fault",
                                                   nullptr,
                                                   nullptr,
                                                   nullptr,
                                                   nullptr,
                                                   "instruction page fault",
                                                   "load page fault",
                                                   nullptr,
                                                   "store page fault"};

}  // namespace

void print_fault(std::uint64_t scause, std::uint64_t stval, std::uint64_t pc) {
    const char* name = scause < arch::kCauseCount ? kNames[scause] : nullptr;
    print(name != nullptr ? name : "unknown exception");
    if (arch::cause_of(scause).kind == arch::TrapKind::Memory) print(" at ", Hex{stval});
    print(", pc ", Hex{pc}, "\n");
}

}  // namespace glenda
