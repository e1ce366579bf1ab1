// SPDX-License-Identifier: MIT
// See register_report.h.
#include "sched/register_report.h"

#include "debug/print.h"
#include "sched/hart.h"

namespace glenda {

constinit RegisterReport register_report;

void RegisterReport::begin(const Registers& registers) {
    if (!is_finished()) print("  ...\n");
    registers_ = registers;
    lines_left_ = kRegisterLines;
    print_on();
}

bool RegisterReport::print_on() {
    for (;;) {
        print_next();
        if (is_finished()) return true;
        if (Hart::should_pause()) return false;
    }
}

}  // namespace glenda
