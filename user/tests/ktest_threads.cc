// SPDX-License-Identifier: MIT
// Threads: how they start, stop and end, what they share, and what is private to each.
#include <optional>

#include "common/journal.h"

namespace glenda::ktest {

namespace {

/// K16: a thread runs only between Resume and Suspend, and continues where it stopped.
void suspend_and_resume() {
    Journal journal;
    Tcb self{};
    auto body = [&] {
        for (unsigned i = 1; i <= 3; i++) {
            journal.mark(i * 10);
            need(self.suspend());
        }
    };
    Thread thread(body);
    self = thread.tcb;
    EXPECT_EQ(thread.state(), ThreadState::Inactive);
    journal.mark(1);
    thread.start();
    journal.mark(2);
    EXPECT_OK(thread.tcb.resume());
    journal.mark(3);
    EXPECT_OK(thread.tcb.resume());
    EXPECT(!thread.has_finished());
    EXPECT_OK(thread.tcb.resume());
    EXPECT(thread.has_finished());
    EXPECT(journal.is({1, 10, 2, 20, 3, 30}));
    // A thread that is suspended while ready does not run. A second Suspend has no effect.
    Thread lower(body, {.priority = kPriority - 1});
    lower.start();
    EXPECT_OK(lower.tcb.resume());
    EXPECT_EQ(lower.state(), ThreadState::Ready);
    EXPECT_OK(lower.tcb.suspend());
    EXPECT_OK(lower.tcb.suspend());
    let_others_run();
    EXPECT_EQ(journal.count, 6);
}

void registers() {
    const Endpoint endpoint = need(pool().endpoint());
    const Reply reply = need(pool().reply());
    auto body = [] {};
    Thread thread(body, {.fault_handler = endpoint});
    Registers in, out;
    auto* words = reinterpret_cast<std::uint64_t*>(&in);
    for (unsigned i = 1; i < 32; i++) words[i] = 0x1111'0000'0000'0000 * (i % 8) + i;
    in.pc = kArea;  // not mapped: faults at once, with all registers as written
    EXPECT_OK(thread.tcb.write_registers(in));
    EXPECT_OK(thread.tcb.resume());
    EXPECT_EQ(endpoint.recv(reply.cptr()).words[0], kArea);
    EXPECT_OK(thread.tcb.read_registers(out));
    EXPECT_EQ(__builtin_memcmp(&in, &out, sizeof(in)), 0);
    EXPECT_ERROR(Busy, thread.tcb.write_registers(in));  // it waits for its fault handler
    EXPECT_OK(thread.tcb.suspend());
    EXPECT_OK(invoke(thread.tcb.cptr(), TcbMethod::WriteRegisters, 10, 77, 78));  // x10 and x11 only
    EXPECT_OK(thread.tcb.read_registers(out));
    EXPECT_EQ(out.a0, 77);
    EXPECT_EQ(out.a1, 78);
    EXPECT_EQ(out.a2, in.a2);
    EXPECT_EQ(out.s1, in.s1);
}

constinit thread_local std::uint64_t thread_number = 77;
constinit std::uint64_t shared_number = 0;

/// K7, K8, K15: a thousand threads share globals and capabilities; each has its own thread-local storage and UTCB.
void a_thousand() {
    constexpr unsigned kThreads = 1000, kStack = 2048;
    static constinit std::optional<Thread> threads[kThreads];
    const Frame stacks = need(pool().frame(kLargeFrameBits));
    need(pool().map(stacks, space(), kArea, MapFlags::ReadWrite));
    const Notification bell = badged(need(pool().notification()), 1);
    shared_number = 0;
    std::uint64_t wrong = 0;
    auto body = [&] {
        wrong += thread_number != 77 ? 1 : 0;
        const std::uint64_t mine = thread_number = utcb()->user[0] = ++shared_number;
        sys::yield();  // all others do the same
        wrong += thread_number != mine || utcb()->user[0] != mine || !bell.signal() ? 1 : 0;
    };
    for (unsigned i = 0; i < kThreads; i++) {
        threads[i].emplace(body, Thread::Options{.priority = 50,
                                                 .name = "one of many",
                                                 .stack = {reinterpret_cast<std::byte*>(kArea + i * kStack), kStack}});
        threads[i]->start();
    }
    let_others_run();
    unsigned finished = 0;
    for (const auto& thread : threads) finished += thread->has_finished() ? 1 : 0;
    EXPECT_EQ(finished, kThreads);
    EXPECT_EQ(shared_number, kThreads);
    EXPECT_EQ(wrong, 0);
    EXPECT_EQ(need(bell.poll()), 1);
    EXPECT_EQ(thread_number, 77);
    EXPECT_EQ(threads[0]->utcb_page->user[0], 1);
    EXPECT_EQ(threads[kThreads - 1]->utcb_page->user[0], kThreads);
}

/// A thread ends itself: it deletes its own Tcb, or revokes the Untyped that contains it.
void ending_oneself() {
    for (const bool revoking : {false, true}) {
        const Untyped memory = need(pool().make<Untyped>(CapType::Untyped, 12));
        const CPtr slot = need(pool().slot());
        need(memory.retype(CapType::Tcb, 0, node(), slot));
        auto body = [&] { (void)(revoking ? node().revoke(memory.cptr()) : node().remove(slot)); };
        Thread thread(body);
        const Tcb tcb(slot);
        need(tcb.configure({.cspace = node(),
                            .vspace = space(),
                            .utcb_frame = thread.utcb_frame,
                            .utcb_address = reinterpret_cast<std::uint64_t>(thread.utcb_page)}));
        need(tcb.set_priority(kPriority + 1, kPriority + 1));
        need(tcb.write_registers(thread.registers));
        need(tcb.resume());
        EXPECT(!thread.has_finished());
        EXPECT_ERROR(InvalidCapability, tcb.resume());
        EXPECT_EQ(need(memory.info()).used, 0);
    }
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"threads_suspend_and_resume", suspend_and_resume},
                                      {"threads_registers", registers},
                                      {"threads_a_thousand", a_thousand},
                                      {"threads_ending_oneself", ending_oneself}};
    return run_cases(kCases);
}
