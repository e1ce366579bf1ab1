// SPDX-License-Identifier: MIT
//
// kernel/entry/fast_path.cc never changes a result: from random states, the same entries to the kernel lead to the same
// state with the fast path and without it. fast_path/ has the states, the entries and the comparison.
//
// A case is given by its number. GLENDA_FAST_PATH_FIRST=n begins with case n, GLENDA_FAST_PATH_CASES=n runs n cases.
#include <cstdlib>
#include <cstring>
#include <map>

#include "check/check.h"
#include "fast_path/two_paths.h"
#include "sched/big_lock.h"
#include "steps.h"

namespace glenda::test {
namespace {

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
    const char* const value = std::getenv(name);
    return value != nullptr ? std::strtoull(value, nullptr, 0) : otherwise;
}

class FastPathTest : public TwoPaths {
protected:
    /// Counts the entries made, by name.
    void note(const Outcome& outcome) {
        const std::string name = name_of(outcome.entry);
        made_[name]++;
        if (!outcome.was_fast()) return;
        fast_[name]++;
        if (outcome.entry.number != Syscall::Yield && (outcome.tag & 0xff) > kRegisterWords) fast_["a long message"]++;
        if (name == "Send" && outcome.next != outcome.caller) fast_["Send to a thread that comes first"]++;
        if (name == "Recv" && outcome.next != outcome.caller) fast_["Recv with nothing to take"]++;
        if (name == "ReplyRecv" && outcome.next_was == ThreadState::BlockedFault) fast_["the answer to a fault"]++;
        if (outcome.satp_before != outcome.satp_after) fast_["to another address space"]++;
        if (outcome.fpu_before && !outcome.fpu_after) fast_["turning the FPU off"]++;
        if (!outcome.fpu_before && outcome.fpu_after) fast_["turning the FPU on"]++;
        if (hart_count > 1) fast_["one of several harts"]++;
    }
    static std::string name_of(const Entry& entry) {
        if (!entry.is_syscall) return "trap";
        switch (entry.number) {
            case Syscall::Call: return "Call";
            case Syscall::ReplyRecv: return "ReplyRecv";
            case Syscall::Send: return "Send";
            case Syscall::NBSend: return "NBSend";
            case Syscall::Recv: return "Recv";
            case Syscall::NBRecv: return "NBRecv";
            case Syscall::Reply: return "Reply";
            case Syscall::Yield: return "Yield";
        }
        return "unknown";
    }

    std::map<std::string, unsigned> made_, fast_;
};

TEST_F(FastPathTest, TheRandomStatesAreSound) {
    for (unsigned number = 0; number < 2'000; number++) {
        begin(number);
        const Violation before = check_invariants();
        ASSERT_FALSE(before) << "case " << number << ": " << before.what << ": " << World::name_of(before.where);
        run_case(number);
        const Violation after = check_invariants();
        ASSERT_FALSE(after) << "case " << number << ": " << after.what << ": " << World::name_of(after.where);
    }
}

/// A flipped bit anywhere in the state is reported as a difference at its address.
TEST_F(FastPathTest, TheComparisonSeesEveryBit) {
    Tcb& first = thread(0);
    const std::pair<void*, const char*> places[] = {
        {&first.registers.x[30], "thread 0, registers.x"},
        {&first.links.previous, "thread 0, links"},
        {&first.fpu.fcsr, "thread 0, fpu"},
        {&first.cspace.cap, "thread 0, cspace"},
        {&object<Utcb>(kUtcbOf + 8).user[383], "UTCB 8"},
        {&endpoint(2).waiting, "endpoint 2, waiting"},
        {&notification(2).flags, "notification 2, flags"},
        {&reply(5).can_grant, "Reply 5, can_grant"},
        {&object<Slot[128]>(kLeaf + 2)[127].last_child, "CNode 2 slot 127, last_child"},
        {&slot(bit(kRadix) - 1).next, "root's CNode slot 1023, next"},
        {&harts[2]->satp, "hart 2, satp"},
        {&harts[0]->ready, "hart 0, ready"},
        {&big_lock, "big_lock"},
    };
    Snapshot before, after;
    take(before);
    for (const auto& [place, name] : places) {
        *static_cast<std::uint8_t*>(place) ^= 1;
        take(after);
        *static_cast<std::uint8_t*>(place) ^= 1;
        const std::vector<const void*> found = before.differences(after);
        ASSERT_EQ(found.size(), 1u) << name;
        EXPECT_EQ(World::name_of(found[0]).substr(0, std::strlen(name)), name);
        EXPECT_NE(before.word_at(found[0]), after.word_at(found[0]));
    }
    machine.satp++;
    take(after);
    EXPECT_EQ(before.machine_difference(after), "satp");
}

TEST_F(FastPathTest, BothPathsLeadToTheSameState) {
    const std::uint64_t first = from_environment("GLENDA_FAST_PATH_FIRST", 0);
    const std::uint64_t all = steps(60'000);
    const std::uint64_t cases = from_environment("GLENDA_FAST_PATH_CASES", all);
    for (std::uint64_t number = first; number < first + cases; number++) {
        const unsigned made = run_case(number);
        if (HasFailure()) return;
        for (unsigned i = 0; i < made; i++) note(outcome(i));
    }
    if (cases != all) return;
    // The fast path was taken neither never nor always.
    for (const char* name :
         {"Call", "ReplyRecv", "Send", "NBSend", "Recv", "NBRecv", "Reply", "Yield", "unknown", "trap"})
        EXPECT_GE(made_[name], steps(3'000u)) << name;
    const std::pair<const char*, unsigned> expected[] = {
        {"Call", 4'000},
        {"ReplyRecv", 2'000},
        {"Yield", 3'000},
        {"Send", 1'500},
        {"NBSend", 1'500},
        {"Recv", 300},
        {"Send to a thread that comes first", 60},
        {"Recv with nothing to take", 60},
        {"trap", 900},
        {"the answer to a fault", 150},
        {"a long message", 1'000},
        {"turning the FPU on", 200},
        {"turning the FPU off", 800},
        {"one of several harts", 4'000},
        {"to another address space", 4'000},
    };
    for (const auto& [name, times] : expected) EXPECT_GE(fast_[name], steps(times)) << name << ", on the fast path";
    const std::pair<const char*, unsigned> not_fast[] = {
        {"Call", 10'000}, {"ReplyRecv", 10'000}, {"Send", 5'000}, {"NBSend", 5'000}, {"Recv", 4'000}};
    for (const auto& [name, times] : not_fast)
        EXPECT_GE(made_[name] - fast_[name], steps(times)) << name << ", not fast";
}

}  // namespace
}  // namespace glenda::test
