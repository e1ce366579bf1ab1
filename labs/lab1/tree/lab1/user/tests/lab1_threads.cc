// SPDX-License-Identifier: MIT
// The life of a thread, made from handles one call at a time: exercise 1.6.
#include "tests/common/threads.h"

using namespace glenda;
using namespace glenda::check;

namespace {

void set_to_one(Word& word) { word = 1; }
void count_up(Word& word) {
    for (;;) word = word + 1;
}
void break_a_rule(Word& word) {
    word = 1;
    word_at(kArea) = 1;  // nothing is mapped there
    word = 2;
}

void runs_once_resumed() {
    Word word = 0;
    const long thread = prepare(set_to_one, word, 0);
    EXPECT(thread >= long(kFirstHandle));
    if (has_failed()) return;
    EXPECT(is_in(thread, ThreadState::Inactive));
    thread::yield();
    EXPECT_EQ(word, 0);
    EXPECT_EQ(thread::resume(thread), 0);
    EXPECT(comes_true([&] { return word == 1; }));
    EXPECT(becomes(thread, ThreadState::Inactive));
    EXPECT_EQ(space::close(thread), 0);
    EXPECT(thread::info(thread) < 0);
}

void suspended_and_resumed() {
    Word word = 0;
    const long thread = prepare(count_up, word, 0);
    EXPECT_EQ(thread::resume(thread), 0);
    EXPECT(comes_true([&] { return word > 0; }));
    EXPECT_EQ(thread::suspend(thread), 0);
    EXPECT(is_in(thread, ThreadState::Inactive));
    const std::uint64_t stopped_at = word;
    for (unsigned i = 0; i < 10; i++) thread::yield();
    EXPECT_EQ(word, stopped_at);
    EXPECT_EQ(thread::resume(thread), 0);
    EXPECT(comes_true([&] { return word > stopped_at; }));
    EXPECT_EQ(space::close(thread), 0);  // although it runs
    const std::uint64_t closed_at = word;
    for (unsigned i = 0; i < 10; i++) thread::yield();
    EXPECT_EQ(word, closed_at);
}

void higher_priority_waits_for_nobody() {
    Word low = 0, high = 0;
    EXPECT_EQ(thread::set_priority(kOwnThread, 50), 0);
    const long lower = prepare(set_to_one, low, 0);
    EXPECT_EQ(thread::set_priority(lower, 49), 0);
    EXPECT_EQ(thread::resume(lower), 0);
    for (unsigned i = 0; i < 10; i++) thread::yield();
    EXPECT_EQ(low, 0);  // this thread is ready all the time
    EXPECT_EQ(thread::set_priority(lower, 50), 0);
    EXPECT(comes_true([&] { return low == 1; }));

    const long equal = prepare(set_to_one, high, 1);
    EXPECT(thread::set_priority(equal, 51) < 0);  // nobody gives what he does not have
    EXPECT_EQ(thread::set_priority(kOwnThread, 49), 0);
    EXPECT_EQ(thread::resume(equal), 0);  // it has priority 50, so it has run when this call returns
    EXPECT_EQ(high, 1);
    space::close(lower);
    space::close(equal);
}

void wrong_calls() {
    Word word = 0;
    EXPECT(thread::resume(kMaxHandles) < 0);
    EXPECT(thread::resume(-1) < 0);
    EXPECT(thread::resume(kMaxHandles - 1) < 0);  // no handle
    EXPECT(thread::resume(kOwnVSpace) < 0);       // a handle, but not of a thread
    const long bare = thread::create();
    EXPECT(bare >= long(kFirstHandle));
    EXPECT(thread::resume(bare) < 0);                                // it has no address space
    EXPECT(thread::configure(bare, kOwnVSpace, kOwnCSpace, 0) < 0);  // the wrong way round
    EXPECT(is_in(bare, ThreadState::Inactive));
    EXPECT_EQ(space::close(bare), 0);
    EXPECT(space::close(bare) < 0);
    EXPECT(space::close(kOwnThread) < 0);

    const long running = prepare(count_up, word, 0);
    EXPECT_EQ(thread::resume(running), 0);
    EXPECT(thread::write_registers(running, {}) < 0);
    EXPECT(thread::configure(running, kOwnCSpace, kOwnVSpace, 0) < 0);
    EXPECT_EQ(space::close(running), 0);
}

/// Makes threads until there is no handle left, and ends them again. Returns how many there were.
unsigned fill_with_threads() {
    long handles[kMaxHandles] = {};
    unsigned count = 0;
    for (; count < kMaxHandles; count++) {
        handles[count] = thread::create();
        if (handles[count] < 0) break;
    }
    for (unsigned i = 0; i < 3 * kMaxHandles; i++) EXPECT(thread::create() < 0);  // and leaves no thread behind
    for (unsigned i = 0; i < count; i++) {
        for (unsigned j = 0; j < i; j++) EXPECT(handles[i] != handles[j]);
    }
    for (unsigned i = 0; i < count; i++) EXPECT_EQ(space::close(handles[i]), 0);
    return count;
}

void handles_run_out() {
    constexpr unsigned kRoom = kMaxHandles - kFirstHandle;
    EXPECT_EQ(fill_with_threads(), kRoom);
    for (unsigned i = 0; i < 3 * kMaxHandles; i++) {
        const long thread = thread::create();
        EXPECT(thread >= 0);
        EXPECT_EQ(space::close(thread), 0);
    }
    // Another CSpace has as many handles, and there are threads for both.
    Word word = 0;
    const long cspace = space::create_cspace();
    const long thread = prepare([](Word& count) { count = fill_with_threads(); }, word, 0);
    EXPECT_EQ(thread::configure(thread, cspace, kOwnVSpace, 0), 0);
    long others[kRoom - 2];
    for (long& other : others) other = thread::create();
    EXPECT_EQ(thread::resume(thread), 0);
    EXPECT(comes_true([&] { return word != 0; }));
    EXPECT_EQ(word, kRoom);
    for (const long other : others) EXPECT_EQ(space::close(other), 0);
    EXPECT_EQ(space::close(thread), 0);
    EXPECT_EQ(space::close(cspace), 0);
}

void fault_stops_one() {
    Word broken = 0, other = 0;
    const long breaks = prepare(break_a_rule, broken, 0);
    const long counts = prepare(count_up, other, 1);
    EXPECT_EQ(thread::resume(counts), 0);
    EXPECT_EQ(thread::resume(breaks), 0);
    EXPECT(comes_true([&] { return broken == 1; }));
    EXPECT(becomes(breaks, ThreadState::Inactive));
    EXPECT_EQ(broken, 1);
    const std::uint64_t before = other;
    EXPECT(comes_true([&] { return other > before; }));
    space::close(breaks);
    space::close(counts);
}

/// Makes the call whose number is in `word`, which becomes 0 before it, and 1 if it returns.
void make_old_call(Word& word) {
    const std::uint64_t number = word;
    word = 0;
    system_call(ProcessCall(number));
    word = 1;
}

/// Numbers of calls that processes make, and one that nobody has: the kernel stops a thread that belongs to no process.
void old_call_stops_one() {
    Word other = 0;
    const long counts = prepare(count_up, other, 1);
    EXPECT_EQ(thread::resume(counts), 0);
    for (const auto call :
         {ProcessCall::Fork, ProcessCall::Exit, ProcessCall::GetPid, ProcessCall::Shutdown, ProcessCall(99)}) {
        Word word = std::uint64_t(call);
        const long thread = prepare(make_old_call, word, 0);
        EXPECT_EQ(thread::resume(thread), 0);
        EXPECT(becomes(thread, ThreadState::Inactive));
        EXPECT_EQ(word, 0);  // it was made, and did not return
        EXPECT_EQ(space::close(thread), 0);
    }
    const std::uint64_t before = other;
    EXPECT(comes_true([&] { return other > before; }));
    EXPECT_EQ(space::close(counts), 0);
    EXPECT(system_call(ThreadCall(-99)) < 0);  // below 0 it is only an error
}

constexpr Case kCases[] = {
    {"resume", runs_once_resumed},
    {"suspend", suspended_and_resumed},
    {"priorities", higher_priority_waits_for_nobody},
    {"wrong_calls", wrong_calls},
    {"handles", handles_run_out},
    {"faults", fault_stops_one},
    {"old_calls", old_call_stops_one},
};

}  // namespace

int main() { run_cases(kCases); }
