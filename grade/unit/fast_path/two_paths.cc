// SPDX-License-Identifier: MIT
// See two_paths.h.
#include "two_paths.h"

#include <sanitizer/common_interface_defs.h>

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <sstream>

#include "call/destroy.h"
#include "call/switches.h"

namespace glenda::test {

namespace {

std::uint64_t case_number = 0;  // of the case that is running
void say_case() { std::fprintf(stderr, "in case %" PRIu64 "\n", case_number); }

}  // namespace

/// UBSan calls this when it has found something.
extern "C" void __ubsan_on_report() { say_case(); }

/// Everything that may differ between the two paths, and why this cannot be observed.
void TwoPaths::forget_differences(Snapshot& state) const {
    state.erase(fast_path_is_on);
    state.erase(executing_hart);                     // of the hart that holds the lock, and none does
    state.erase(arch::this_hart);                    // the same
    for (unsigned i = 0; i < kMaxWorldHarts; i++) {  // difference() looks at the others
        for (const KernelCounter counter : {KernelCounter::Syscalls, KernelCounter::Switches})
            state.erase(harts[i]->counters[static_cast<unsigned>(counter)]);
    }
    for (unsigned t = 0; t < kThreads; t++) {  // `pending` is only valid while the thread is in a queue
        const Tcb& tcb = thread(t);
        if (tcb.endpoint == nullptr || tcb.state == ThreadState::BlockedRecv) state.erase(tcb.pending);
    }
}

unsigned TwoPaths::run_case(std::uint64_t number) {
    case_number = number;
    __sanitizer_set_death_callback(say_case);
    begin(number);
    take(start_);
    return run_fast(number, run_slow(number));
}

void TwoPaths::start(bool is_fast) {
    start_.restore();
    fast_path_is_on = is_fast;
}

/// The head of the zombie list is not in the regions, so it must stay empty.
void TwoPaths::finish() {
    machine.checks_before_interrupt = host::kNever;
    EXPECT_EQ(reap_zombies(), Progress::Done);
}

unsigned TwoPaths::run_slow(std::uint64_t number, Describe is_described) {
    start(false);
    Dice dice(~number);
    const unsigned most = 1 + dice.below(kMaxEntries);
    unsigned made = 0;
    do {
        enter_kernel(dice, outcomes_[0][made], is_described);
    } while (outcomes_[0][made++].end == Outcome::End::Returned && made < most);
    finish();
    return made;
}

/// Makes the same entries again. Returns how many gave the same result.
unsigned TwoPaths::run_fast(std::uint64_t number, unsigned entries) {
    start(true);
    Dice dice(~number);
    dice.below(kMaxEntries);
    for (unsigned i = 0; i < entries; i++) {
        enter_kernel(dice, outcomes_[1][i], Describe::No);
        const std::string found = difference(outcomes_[0][i], outcomes_[1][i]);
        if (found.empty()) continue;
        run_slow(number, Describe::Yes);
        ADD_FAILURE() << "case " << number << ", entry " << i << ": " << outcomes_[0][i].before
                      << "without and with the fast path:\n"
                      << found;
        return i;
    }
    finish();
    return entries;
}

void TwoPaths::enter_kernel(Dice& dice, Outcome& outcome, Describe is_described) {
    Tcb& tcb = *here().current;
    const Registers& r = tcb.registers;
    const Entry& entry = outcome.entry = prepare_entry(dice);
    if (is_described == Describe::Yes) outcome.before = describe(tcb, entry);
    outcome.end = Outcome::End::Returned;
    outcome.tag = r.a(1);
    outcome.caller = &tcb;
    outcome.next = nullptr;
    outcome.was_true = true;
    outcome.satp_before = here().satp;
    outcome.fpu_before = machine.fpu_is_enabled;
    std::copy_n(here().counters, kCounters, outcome.counted.begin());
    std::array<ThreadState, kThreads> were{};
    for (unsigned t = 0; t < kThreads; t++) were[t] = thread(t).state;
    try {
        if (entry.is_syscall) {
            outcome.next = &enter_syscall(tcb, r.a(1), r.a(2), r.a(3), r.a(4), r.a(5), r.a(0),
                                          static_cast<std::int64_t>(entry.number));
        } else {
            outcome.next = &enter_trap(tcb, entry.cause, entry.value);
        }
    } catch (const host::Asleep&) {  // no thread is ready
        outcome.end = Outcome::End::Asleep;
    } catch (...) {
        outcome.end = Outcome::End::Stopped;
    }
    if (outcome.end == Outcome::End::Returned) outcome.was_true &= outcome.next == here().current;
    for (unsigned t = 0; t < kThreads; t++) {
        if (outcome.next == &thread(t)) outcome.next_was = were[t];
    }
    note_end(outcome);
}

void TwoPaths::note_end(Outcome& outcome) {
    for (unsigned i = 0; i < kCounters; i++) outcome.counted[i] = here().counters[i] - outcome.counted[i];
    outcome.satp_after = here().satp;
    outcome.fpu_after = machine.fpu_is_enabled;
    take(outcome.state);
    forget_differences(outcome.state);
}

/// The differences, one line each; "" if there are none.
std::string TwoPaths::difference(const Outcome& slow, const Outcome& fast) const {
    std::ostringstream out;
    out << std::hex;
    for (const void* address : slow.state.differences(fast.state))
        out << "  " << name_of(address) << ": " << slow.state.word_at(address) << " and " << fast.state.word_at(address)
            << '\n';
    if (const std::string device = slow.state.machine_difference(fast.state); !device.empty())
        out << "  the machine: " << device << '\n';
    if (slow.next != fast.next || slow.end != fast.end)
        out << "  who runs: " << name_of(slow.next) << " and " << name_of(fast.next) << '\n';
    if (!slow.was_true || !fast.was_true) out << "  it is not true what enter_syscall() says of who runs\n";
    if (slow.was_fast()) out << "  the fast path was taken although it is off\n";
    if (!fast.was_fast() && slow.counted != fast.counted)
        out << "  the counters, although neither took the fast path\n";
    return out.str();
}

}  // namespace glenda::test
