// SPDX-License-Identifier: MIT
// The names of exceptions; see faults.h.
#include "faults.h"

namespace glenda {

const char* name_of_cause(std::uint64_t scause) {
    static constexpr const char* kNames[] = {
        "misaligned jump",  "instruction access fault", "illegal instruction", "breakpoint",
        "misaligned load",  "load access fault",        "misaligned store",    "store access fault",
        "environment call", "environment call",         "environment call",    "environment call",
        "instruction page fault", "load page fault",    "exception 14",        "store page fault"};
    return scause < sizeof kNames / sizeof kNames[0] ? kNames[scause] : "unknown exception";
}

}  // namespace glenda
