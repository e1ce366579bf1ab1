// SPDX-License-Identifier: MIT
// Threads of the graded program itself, and waiting for what they do.
#pragma once

#include "abi/method.h"
#include "check.h"
#include "util/bits.h"

extern "C" void start_thread();

namespace glenda::check {

constexpr std::uint64_t kArea = 0x10'0000'0000;  // addresses that the program does not use
constexpr unsigned kPatience = 1000;             // yields until something must have happened

using Word = volatile std::uint64_t;
inline Word& word_at(std::uint64_t address) { return *reinterpret_cast<Word*>(address); }

/// Lets others run until `condition` holds. Returns whether it does.
template <typename Condition>
bool comes_true(const Condition& condition) {
    for (unsigned i = 0; i < kPatience && !condition(); i++) thread::yield();
    return condition();
}

inline bool is_in(long thread, ThreadState state) { return thread::info(thread) == long(state); }
inline bool becomes(long thread, ThreadState state) {
    return comes_true([=] { return is_in(thread, state); });
}

alignas(16) inline std::byte stacks[4][4096];

/// Registers with which a thread of this program runs `body(argument)` on stack `number`.
inline FirstRegisters first_registers(void (*body)(Word&), Word& argument, unsigned number) {
    return {.pc = std::uint64_t(&start_thread),
            .sp = std::uint64_t(stacks[number] + sizeof(stacks[number])),
            .a0 = std::uint64_t(&argument),
            .a1 = std::uint64_t(body)};
}

/// A thread in this program's spaces that is about to run `body(argument)`. Returns its handle, or an error.
inline long prepare(void (*body)(Word&), Word& argument, unsigned number, std::uint64_t utcb_address = 0) {
    const long thread = thread::create();
    if (thread < 0) return thread;
    if (const long error = thread::configure(thread, kOwnCSpace, kOwnVSpace, utcb_address); error < 0) return error;
    if (const long error = thread::write_registers(thread, first_registers(body, argument, number)); error < 0)
        return error;
    return thread;
}

}  // namespace glenda::check
