// SPDX-License-Identifier: MIT
// The registers of a thread on the console, line by line: a page of text is too long to keep interrupts off.
//
// The report has a copy of the registers, so it does not matter what becomes of the thread. It is printed up to the end
// or until something is more urgent; then the rest follows: a line with each interrupt, and whatever is left when a
// hart becomes idle, somebody else wants to print, or the next thread stops. Handout: reference/kernel-design.md,
// "Printing".
#pragma once

#include "debug/dump.h"

namespace glenda {

class RegisterReport {
public:
    /// Take a copy and print what can be printed now. If the last report has not been finished, its rest is lost.
    void begin(const Registers& registers);
    /// Print at least one line if one is left. False: there are more, but something else comes first.
    bool finish() { return is_finished() || print_on(); }
    /// Print one line if one is left.
    void print_line() {
        if (!is_finished()) print_next();
    }

private:
    bool is_finished() const { return lines_left_ == 0; }
    void print_next() { dump_register_line(registers_, kRegisterLines - lines_left_--); }
    bool print_on();

    unsigned lines_left_ = 0;
    Registers registers_{};
};

extern constinit RegisterReport register_report;

}  // namespace glenda
