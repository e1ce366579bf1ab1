// SPDX-License-Identifier: MIT
// The lists of cases; see cases.h.
#include "selftest/cases.h"

namespace glenda::selftest {

std::span<const Case> cases() {
    static constexpr Case kCases[] = {
        {"1.1", "vspace_map", vspace_map},
        {"1.1", "vspace_copy", vspace_copy},
        {"1.1", "vspace_shared", vspace_shared},
        {"1.1", "vspace_frames_return", vspace_frames_return},
        {"1.2", "thread_numbers", thread_numbers},
        {"1.2", "thread_table_full", thread_table_full},
        {"1.2", "thread_gives_back", thread_gives_back},
        {"1.3", "ready_queue_order", ready_queue_order},
        {"1.3", "ready_queue_model", ready_queue_model},
        {"1.4", "turns", turns},
        {"1.4", "strict_priorities", strict_priorities},
        {"1.4", "shares", shares},
        {"1.6", "handles_lead", handles_lead},
    };
    return kCases;
}

[[gnu::weak]] std::span<const Case> more_cases() { return {}; }

}  // namespace glenda::selftest
