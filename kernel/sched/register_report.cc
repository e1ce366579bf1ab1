// SPDX-License-Identifier: MIT
// Printing a report piece by piece. See register_report.h.
//
// At least one line is printed each time, so that a report comes to its end however busy the machine is.
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
