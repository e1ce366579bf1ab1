// SPDX-License-Identifier: MIT
// See toucher.h. Every instruction of the thread is four bytes long, so that pc tells which one it stopped at.
#include "toucher.h"

#include <algorithm>

#include "abi/syscall.h"

extern "C" const std::byte toucher_read[], toucher_write[], toucher_call[];
asm(R"(
    .section .text.toucher, "ax"
    .option push
    .option norvc
    .balign 8
toucher_read:
    ld a1, 0(a0)
    ebreak
toucher_write:
    sd a1, 0(a0)
    ebreak
toucher_call:
    ecall
    ebreak
    .option pop
    .text
)");

namespace glenda::ktest {

namespace {

std::uint64_t address_of(const std::byte* code) { return reinterpret_cast<std::uint64_t>(code); }

}  // namespace

std::uint64_t Toucher::read_code() { return address_of(toucher_read); }
std::uint64_t Toucher::write_code() { return address_of(toucher_write); }
std::uint64_t Toucher::call_code() { return address_of(toucher_call); }

Toucher::Toucher(const Tcb::Setting& setting) : tcb(need(pool().tcb())) {
    need(tcb.configure(setting));
    need(tcb.set_priority(kPriority + 1, kMaxPriority));
    need(tcb.set_name("toucher"));
}

/// Its priority is above the caller's, so it has stopped by the time that resume() returns.
bool Toucher::run(Registers& registers) const {
    need(tcb.write_registers(registers));
    need(tcb.resume());
    if (need(tcb.info()).state != ThreadState::Inactive) return false;
    need(tcb.read_registers(registers));
    return true;
}

Toucher::Outcome Toucher::access(std::uint64_t code, std::uint64_t address, std::uint64_t value) const {
    Registers registers;
    registers.pc = code;
    registers.a0 = address;
    registers.a1 = value;
    const bool has_stopped = run(registers);
    return {has_stopped, registers.pc == code, registers.a1};
}

Message Toucher::call(CPtr pointer, Tag tag, std::initializer_list<std::uint64_t> words) const {
    std::uint64_t all[kRegisterWords] = {};
    std::copy(words.begin(), words.end(), all);
    Registers registers;
    registers.pc = call_code();
    registers.a0 = pointer;
    registers.a1 = tag.raw();
    registers.a2 = all[0];
    registers.a3 = all[1];
    registers.a4 = all[2];
    registers.a5 = all[3];
    registers.a7 = std::uint64_t(Syscall::Call);
    EXPECT(run(registers));
    return {.badge = registers.a0,
            .tag = Tag(registers.a1),
            .words = {registers.a2, registers.a3, registers.a4, registers.a5}};
}

}  // namespace glenda::ktest
