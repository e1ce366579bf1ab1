// SPDX-License-Identifier: MIT
// Lab 3, exercises 3.8 and 3.9: the fast path never decides differently. From the same random state, the same system
// calls lead to the same state with the fast path and without it, byte by byte.
//
// What may differ is that which nobody reads any more: what a sender's capability said once its message has gone
// (PendingSend), and two counters of the slow path.
#include "lab3_two_paths.h"

#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "call/switches.h"
#include "entry/entry.h"
#include "entry/fast_path.h"
#include "lab3_world.h"

namespace glenda::test {

namespace {

constexpr unsigned kEntries = 2;  // at most, one after the other

/// What a run of a few entries led to.
struct Run {
    std::vector<unsigned char> states[kEntries];
    const Tcb* next[kEntries] = {};
    bool was_fast[kEntries] = {};
    std::string what[kEntries];
    unsigned count = 0;
};

std::vector<unsigned char> copy_of_world() {
    const auto* bytes = reinterpret_cast<const unsigned char*>(&world);
    return {bytes, bytes + sizeof world};
}

std::uint64_t& counter(KernelCounter which) { return world.here.counters[static_cast<unsigned>(which)]; }

/// The state, without what may differ.
std::vector<unsigned char> comparable() {
    const std::vector<unsigned char> kept = copy_of_world();
    for (Tcb& tcb : world.threads) {
        const bool is_pending = tcb.endpoint != nullptr && tcb.state != ThreadState::BlockedRecv;
        if (!is_pending) std::memset(static_cast<void*>(&tcb.pending), 0, sizeof tcb.pending);
    }
    for (const KernelCounter each : {KernelCounter::Syscalls, KernelCounter::Switches}) counter(each) = 0;
    std::vector<unsigned char> state = copy_of_world();
    std::memcpy(static_cast<void*>(&world), kept.data(), kept.size());
    return state;
}

using Prepare = Syscall (*)(Dice&);  // chooses a system call; kFault means a fault instead
constexpr Syscall kFault{0};

Tcb& enter(Syscall number, Dice& dice, std::string& what) {
    Tcb& tcb = *world.here.current;
    if (number == kFault) {
        prepare_fault(dice);
        what = "a fault of " + description_of(tcb);
        return fast_fault(tcb);
    }
    prepare_syscall(number, dice);
    what = description_of(tcb);
    const Registers& r = tcb.registers;
    return fast_syscall(tcb, r.a(1), r.a(2), r.a(3), r.a(4), r.a(5), r.a(0), static_cast<std::int64_t>(r.a(7)));
}

Run run(std::uint64_t seed, Prepare prepare, bool is_fast) {
    Run result;
    Dice dice(seed);
    make_world(dice);
    fast_path_is_on = is_fast;
    while (result.count < kEntries && world.here.current != &world.last) {
        const unsigned i = result.count++;
        slow_entries = 0;
        counter(KernelCounter::Syscalls) = 0;
        result.next[i] = &enter(prepare(dice), dice, result.what[i]);
        result.was_fast[i] = slow_entries == 0 && counter(KernelCounter::Syscalls) == 0;
        result.states[i] = comparable();
        if (result.next[i] != world.here.current) break;
    }
    return result;
}

/// Prints the first differences. Returns false if there are none.
bool report_difference(const char* name, std::uint64_t seed, const Run& slow, const Run& fast, unsigned i) {
    if (slow.states[i] == fast.states[i] && slow.next[i] == fast.next[i]) return false;
    std::printf("FAIL %s: %s:%d: case %" PRIu64 ", entry %u: the two paths differ\n", name, __FILE__, __LINE__, seed,
                i);
    std::printf("also %s: %s\n", name, slow.what[i].c_str());
    if (slow.next[i] != fast.next[i])
        std::printf("also %s: who runs next: %s on the slow path, %s on the fast one\n", name,
                    name_of(slow.next[i]).c_str(), name_of(fast.next[i]).c_str());
    unsigned shown = 0;
    for (std::size_t at = 0; at + 8 <= sizeof world && shown < 4; at += 8) {
        std::uint64_t a, b;
        std::memcpy(&a, slow.states[i].data() + at, 8);
        std::memcpy(&b, fast.states[i].data() + at, 8);
        if (a == b) continue;
        std::printf("also %s: %s: %#" PRIx64 " on the slow path, %#" PRIx64 " on the fast one\n", name,
                    name_of(reinterpret_cast<const char*>(&world) + at).c_str(), a, b);
        shown++;
    }
    return true;
}

}  // namespace
}  // namespace glenda::test

int main(int argc, char** argv) {
    using namespace glenda;
    using namespace glenda::test;
    std::uint64_t first = argc > 1 ? std::strtoull(argv[1], nullptr, 0) : 0;
    const struct {
        const char* name;
        Prepare prepare;
    } cases[] = {{"calls", [](Dice&) { return Syscall::Call; }},
                 {"replies", [](Dice&) { return Syscall::ReplyRecv; }},
                 {"the_rest", [](Dice& dice) {
                      return dice.of({Syscall::Send, Syscall::NBSend, Syscall::Recv, Syscall::NBRecv, Syscall::Reply,
                                      Syscall::Yield, Syscall::Call, Syscall::ReplyRecv, kFault, kFault});
                  }}};
    for (const auto& each : cases) {
        unsigned fast_ones = 0, entries = 0;
        for (std::uint64_t seed = first; seed < first + 4000; seed++) {
            const Run slow = run(seed, each.prepare, false), fast = run(seed, each.prepare, true);
            for (unsigned i = 0; i < slow.count; i++) {
                if (report_difference(each.name, seed, slow, fast, i)) return 1;
                entries++;
                fast_ones += fast.was_fast[i];
            }
        }
        std::printf("ok %s %u of %u\n", each.name, fast_ones, entries);
    }
}
