// SPDX-License-Identifier: MIT
// Lab 3, exercises 3.8 and 3.9: the fast path never decides differently. From the same random state, the same system
// calls lead to the same state with the fast path and without it, byte by byte.
//
// What may differ is that which nobody reads any more: what a sender's capability said once its message has gone
// (PendingSend), and two counters of the slow path.
#include "lab3_two_paths.h"

#include <array>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "call/switches.h"
#include "check.h"
#include "entry/entry.h"
#include "entry/fast_path.h"
#include "lab3_world.h"

namespace glenda::test {

namespace {

constexpr unsigned kSeeds = 10'000;  // states
constexpr unsigned kEntries = 2;     // into the kernel from each, at most

/// The exercise whose functions an entry is for.
enum class Part { Calls, Rest };

/// A copy of the world.
using State = std::array<unsigned char, sizeof world>;
/// The states on the slow path, and on the fast one. They are large, and there are ten thousands of them.
State slow_states[kEntries], fast_states[kEntries];

/// What a run of a few entries led to.
struct Run {
    State* states = nullptr;
    const Tcb* next[kEntries] = {};
    bool was_fast[kEntries] = {};
    Part part[kEntries] = {};
    std::string what[kEntries];
    unsigned count = 0;
};

std::uint64_t& counter(KernelCounter which) { return world.here.counters[static_cast<unsigned>(which)]; }

/// Where a part of the world is in a copy of it.
template <typename T>
unsigned char* place_in(State& copy, const T& part) {
    return copy.data() + (reinterpret_cast<const char*>(&part) - reinterpret_cast<const char*>(&world));
}

/// Copies the state, without what may differ.
void copy_comparable(State& copy) {
    std::memcpy(copy.data(), static_cast<const void*>(&world), sizeof world);
    for (const Tcb& tcb : world.threads) {
        const bool is_pending = tcb.endpoint != nullptr && tcb.state != ThreadState::BlockedRecv;
        if (!is_pending) std::memset(place_in(copy, tcb.pending), 0, sizeof tcb.pending);
    }
    for (const KernelCounter each : {KernelCounter::Syscalls, KernelCounter::Switches})
        std::memset(place_in(copy, counter(each)), 0, sizeof counter(each));
}

using Prepare = Syscall (*)(Dice&);  // chooses a system call; kFault means a fault instead
constexpr Syscall kFault{0};

/// A reply to a fault is for the rest, like the fault.
Part part_of(Syscall number, const Tcb& tcb) {
    if (number == Syscall::Call) return Part::Calls;
    if (number != Syscall::ReplyRecv) return Part::Rest;
    const Slot* const slot = find_slot(tcb, tcb.registers.a(6));
    const bool is_reply = slot != nullptr && slot->cap.type == CapType::Reply;
    const Tcb* const caller = is_reply ? slot->cap.as<Reply>().caller : nullptr;
    return caller != nullptr && caller->state == ThreadState::BlockedFault ? Part::Rest : Part::Calls;
}

Tcb& enter(Syscall number, Dice& dice, std::string& what, Part& part) {
    Tcb& tcb = *world.here.current;
    part = Part::Rest;
    if (number == kFault) {
        prepare_fault(dice);
        what = "a fault of " + name_of(&tcb);
        return fast_fault(tcb);
    }
    prepare_syscall(number, dice);
    what = description_of(tcb);
    part = part_of(number, tcb);
    const Registers& r = tcb.registers;
    return fast_syscall(tcb, r.a(1), r.a(2), r.a(3), r.a(4), r.a(5), r.a(0), static_cast<std::int64_t>(r.a(7)));
}

Run run(std::uint64_t seed, Prepare prepare, bool is_fast) {
    Run result;
    result.states = is_fast ? fast_states : slow_states;
    Dice dice(seed);
    make_world(dice);
    fast_path_is_on = is_fast;
    while (result.count < kEntries && world.here.current != &world.last) {
        const unsigned i = result.count++;
        slow_entries = 0;
        counter(KernelCounter::Syscalls) = 0;
        result.next[i] = &enter(prepare(dice), dice, result.what[i], result.part[i]);
        result.was_fast[i] = slow_entries == 0 && counter(KernelCounter::Syscalls) == 0;
        copy_comparable(result.states[i]);
        if (result.next[i] != world.here.current) break;
    }
    return result;
}

/// Where the two runs differ after entry `i`, in words, with lines as the grader shows them.
std::string difference(const Run& slow, const Run& fast, unsigned i) {
    std::string text;
    const auto add = [&text](const std::string& what, const std::string& a, const std::string& b) {
        text += std::string("\nalso ") + host::running + ": " + what + ": " + a + " on the slow path, " + b +
                " on the fast one";
    };
    const auto hex = [](std::uint64_t value) {
        char digits[20];
        std::snprintf(digits, sizeof digits, "%#" PRIx64, value);
        return std::string(digits);
    };
    if (slow.next[i] != fast.next[i]) add("who runs next", name_of(slow.next[i]), name_of(fast.next[i]));
    for (std::size_t at = 0; at + 8 <= sizeof world; at += 8) {
        std::uint64_t a, b;
        std::memcpy(&a, slow.states[i].data() + at, 8);
        std::memcpy(&b, fast.states[i].data() + at, 8);
        if (a != b) add(name_of(reinterpret_cast<const char*>(&world) + at), hex(a), hex(b));
    }
    return text;
}

/// Compares both paths in kSeeds states, after entries for `part`. Returns how many of these took the fast path.
unsigned compare(Part part, Prepare prepare, std::source_location place = std::source_location::current()) {
    unsigned fast_ones = 0;
    for (std::uint64_t seed = 0; seed < kSeeds; seed++) {
        const Run slow = run(seed, prepare, false), fast = run(seed, prepare, true);
        for (unsigned i = 0; i < slow.count; i++) {
            const bool is_ours = slow.part[i] == part;
            if (slow.states[i] != fast.states[i] || slow.next[i] != fast.next[i]) {
                if (!is_ours) break;  // what follows says nothing any more
                host::fail("the two paths differ",
                           ": state " + std::to_string(seed) + ", " + slow.what[i] + difference(slow, fast, i),
                           {place.file_name(), static_cast<int>(place.line())});
            }
            fast_ones += is_ours && fast.was_fast[i] ? 1 : 0;
        }
    }
    return fast_ones;
}

/// Without the fast path the two agree, of course. Then there is nothing to test yet.
void needs_fast(unsigned fast_ones, const char* exercise, const char* function) {
    if (fast_ones != 0) return;
    std::printf("Exercise %s is missing: kernel/entry/%s()\n", exercise, function);
    std::exit(77);
}

/// Any kind of entry.
Syscall any_of_all(Dice& dice) {
    return dice.of({Syscall::Send, Syscall::NBSend, Syscall::Recv, Syscall::NBRecv, Syscall::Reply, Syscall::Yield,
                    Syscall::Call, Syscall::ReplyRecv, kFault, kFault});
}

void calls() {
    needs_fast(compare(Part::Calls, [](Dice&) { return Syscall::Call; }), "3.8", "fast_call.h, fast_call");
}
void replies() {
    needs_fast(compare(Part::Calls, [](Dice&) { return Syscall::ReplyRecv; }), "3.8", "fast_call.h, find_caller");
}
/// Calls and replies after whatever else.
void mixed() { (void)compare(Part::Calls, any_of_all); }

/// Exercise 3.9, without Yield, which is always fast.
void rest() {
    const auto others = [](Dice& dice) {
        return dice.of({Syscall::Send, Syscall::NBSend, Syscall::Recv, Syscall::Reply, kFault});
    };
    needs_fast(compare(Part::Rest, others), "3.9", "fast_rest.h, fast_tell_handler");
    (void)compare(Part::Rest, [](Dice&) { return Syscall::ReplyRecv; });
    (void)compare(Part::Rest, any_of_all);
}

}  // namespace
}  // namespace glenda::test

int main(int argc, char** argv) {
    using namespace glenda::test;
    return glenda::host::run_cases(argc, argv,
                                   {{"calls", calls}, {"replies", replies}, {"mixed", mixed}, {"rest", rest}});
}
