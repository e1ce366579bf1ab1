// SPDX-License-Identifier: MIT
// A thread that does one thing and stops, for kernels that cannot send messages yet.
//
// It has no fault handler, so the kernel stops it at its first fault, and prints a line about that. It runs two
// instructions of the test's choice: an access or a system call, and then a breakpoint. Where its pc is afterwards
// tells which of them it stopped at.
#pragma once

#include "ktest.h"

namespace glenda::ktest {

class Toucher {
public:
    /// What the thread is given to start with. It has no stack, and a UTCB only if it is configured with one.
    explicit Toucher(const Tcb::Setting& setting);
    Toucher() : Toucher({.cspace = node(), .vspace = space()}) {}

    struct Outcome {
        bool has_stopped;  // it is Inactive again: everything else is void if not
        bool has_faulted;  // at the access itself
        std::uint64_t value;
    };
    Outcome read(std::uint64_t address) const { return access(read_code(), address, 0); }
    Outcome write(std::uint64_t address, std::uint64_t value) const { return access(write_code(), address, value); }
    bool can_read(std::uint64_t address) const { return has_passed(read(address)); }
    bool can_write(std::uint64_t address, std::uint64_t value) const { return has_passed(write(address, value)); }
    /// The same with the code somewhere else: at `code`, where the thread's own address space has a page with it.
    Outcome read_by(std::uint64_t code, std::uint64_t address) const { return access(code, address, 0); }

    /// Lets the thread call a method of a kernel object, and returns the answer as it stands in its registers.
    template <typename Method, typename... Words>
    Message call(CPtr pointer, Method method, Words... words) const {
        return call(pointer, Tag(std::uint64_t(method), sizeof...(Words)), {std::uint64_t(words)...});
    }

    /// Gives the thread these registers and lets it run until it stops. False: it has not stopped.
    bool run(Registers& registers) const;

    /// The address of the two instructions that read_by() runs; they can be copied.
    static std::uint64_t read_code();
    static constexpr unsigned kCodeSize = 8;

    Tcb tcb;

private:
    static std::uint64_t write_code();
    static std::uint64_t call_code();
    static bool has_passed(const Outcome& outcome) { return outcome.has_stopped && !outcome.has_faulted; }
    Outcome access(std::uint64_t code, std::uint64_t address, std::uint64_t value) const;
    Message call(CPtr pointer, Tag tag, std::initializer_list<std::uint64_t> words) const;
};

}  // namespace glenda::ktest
