// SPDX-License-Identifier: MIT
// The list of hidden cases, which the self-test runs beside its own.
#include "selftest/hidden.h"

namespace glenda::selftest {

std::span<const Case> more_cases() {
    static constexpr Case kCases[] = {
        {"1.1", "hidden_spaces_run_out", hidden_spaces_run_out},
        {"1.2", "hidden_thread_numbers", hidden_thread_numbers},
        {"1.3", "hidden_ready_queue", hidden_ready_queue},
        {"1.4", "hidden_yields", hidden_yields},
        {"1.4", "hidden_rests", hidden_rests},
    };
    return kCases;
}

}  // namespace glenda::selftest
