// SPDX-License-Identifier: MIT
// Lab 5, exercise 5.4: a process's first thread, and more of them: what each has of its own, and what they share.
#include "glenda/slots.h"
#include "glenda/thread.h"
#include "lab5_case.h"
#include "util/bits.h"

namespace glenda::lab5 {

namespace {

constexpr unsigned kThreads = 6;

thread_local std::uint64_t own = 40;
std::uint64_t in_data = 12;
std::uint64_t in_zeroes[3 * kPageSize / sizeof(std::uint64_t)];

/// The program has its data, its zeroes, its stack and its arguments; each of its faults was answered.
void first_thread() {
    EXPECT_EQ(in_data, std::uint64_t{12});
    for (std::uint64_t& word : in_zeroes) {
        EXPECT_EQ(word, std::uint64_t{0});
        word = 1;
    }
    volatile std::uint64_t deep[4 * kPageSize / sizeof(std::uint64_t)];
    for (std::size_t i = 0; i < std::size(deep); i += 64) deep[i] = i;
    EXPECT_EQ(std::uint64_t{deep[64]}, std::uint64_t{64});
    EXPECT_EQ(own, std::uint64_t{40});
    EXPECT(process::this_thread() != 0);
    EXPECT(NEED(process::get_pid()) != 0);
}

/// It has its process's name and urgency.
void name_and_urgency() {
    const std::uint64_t self = NEED(process::get_pid());
    const auto threads = NEED(process::list_threads(self));
    EXPECT_EQ(threads.size(), std::size_t{1});
    EXPECT_EQ(std::uint64_t{threads[0].tid}, process::this_thread());
    EXPECT_EQ(std::uint64_t{threads[0].priority}, std::uint64_t{127});
    const auto in_the_kernel = environment().tcb.info();
    EXPECT(in_the_kernel.has_value());
    EXPECT_EQ(in_the_kernel->priority, 127u);
    EXPECT(std::string_view(threads[0].name).starts_with("lab5_"));
}

/// What a thread says of itself.
struct Seen {
    std::atomic<bool> is_done;
    std::uint64_t number;
    std::uint64_t own;
    std::uint64_t stack;
    const Utcb* utcb;
};
Seen seen[kThreads];

std::int64_t tell(void* place) {
    auto& mine = *static_cast<Seen*>(place);
    volatile std::uint64_t here = 0;
    mine.number = process::this_thread();
    for (int i = 0; i < 20; i++) {
        own += std::uint64_t(&mine - seen) + 1;
        process::yield();
    }
    mine.own = own;
    mine.stack = reinterpret_cast<std::uint64_t>(&here);
    mine.utcb = utcb();
    mine.is_done = true;
    stop();
}

/// Threads share everything but their stacks, UTCBs and thread-local variables.
void several_threads() {
    std::uint64_t numbers[kThreads];
    for (unsigned i = 0; i < kThreads; i++) numbers[i] = NEED(Thread::start(tell, &seen[i])).number();
    for (unsigned i = 0; i < kThreads; i++) {
        EXPECT(comes_true([&] { return seen[i].is_done.load(); }));
        EXPECT_EQ(seen[i].number, numbers[i]);
        EXPECT_EQ(seen[i].own, 40 + 20 * (std::uint64_t{i} + 1));
        EXPECT(seen[i].utcb != utcb());
        for (unsigned j = 0; j < i; j++) {
            EXPECT(seen[i].number != seen[j].number);
            EXPECT(seen[i].utcb != seen[j].utcb);
            EXPECT(seen[i].stack / kPageSize != seen[j].stack / kPageSize);
        }
    }
    EXPECT_EQ(own, std::uint64_t{40});
    EXPECT_EQ(NEED(process::list_threads(NEED(process::get_pid()))).size(), std::size_t{kThreads + 1});
}

struct Start {
    std::uint64_t argument, utcb, sp, tp;
    std::atomic<bool> is_done;
};
Start started;
alignas(16) std::byte raw_stack[2 * kPageSize];

/// Begins with nothing but its registers: no thread-local variables, so it asks for nothing.
extern "C" [[noreturn]] void raw_thread(std::uint64_t argument, std::uint64_t utcb) {
    std::uint64_t sp, tp;
    asm volatile("mv %0, sp\n mv %1, tp" : "=r"(sp), "=r"(tp));
    started.argument = argument;
    started.utcb = utcb;
    started.sp = sp;
    started.tp = tp;
    started.is_done = true;
    for (;;) asm volatile("" ::: "memory");
}

/// THREAD_CREATE as a program without libglenda makes it: pc, sp, a0, tp as said, and the UTCB in a1.
void registers() {
    const std::uint64_t top = reinterpret_cast<std::uint64_t>(raw_stack + sizeof(raw_stack));
    const std::uint64_t tid = NEED(process::start_thread(
        {.pc = reinterpret_cast<std::uint64_t>(&raw_thread), .sp = top, .argument = 0x1234, .tp = 0xabcd0}));
    EXPECT(comes_true([] { return started.is_done.load(); }));
    EXPECT_EQ(started.argument, std::uint64_t{0x1234});
    EXPECT_EQ(started.tp, std::uint64_t{0xabcd0});
    EXPECT(started.sp <= top && started.sp > top - kPageSize);
    EXPECT(started.utcb != 0 && started.utcb % kPageSize == 0);
    EXPECT(started.utcb != reinterpret_cast<std::uint64_t>(utcb()));
    EXPECT_EQ(reinterpret_cast<const Utcb*>(started.utcb)->user[kUtcbTid], tid);
}

struct Faulter {
    std::uint64_t area;
    std::atomic<std::uint64_t> pages;
};

std::int64_t fault_often(void* place) {
    auto& mine = *static_cast<Faulter*>(place);
    for (std::uint64_t i = 0; i < 20; i++) {
        *reinterpret_cast<volatile std::uint64_t*>(mine.area + i * kPageSize) = i;
        mine.pages++;
        process::yield();
    }
    stop();
}

/// All of them fault, in turns, and each fault is answered to the thread that made it.
void faults() {
    static Faulter faulters[4];
    const std::uint64_t area = NEED(process::map(80 * kPageSize));
    for (unsigned i = 0; i < 4; i++) {
        faulters[i].area = area + 20 * i * kPageSize;
        (void)NEED(Thread::start(fault_often, &faulters[i]));
    }
    for (const Faulter& each : faulters) EXPECT(comes_true([&] { return each.pages == 20; }));
}

/// All of this was charged, and is in Factotum's books.
void books() { EXPECT_EQ(NEED(process::audit()), std::uint64_t{0}); }

std::atomic<std::uint64_t> may_end;

/// Waits until it may end, and ends as a thread without libglenda does.
extern "C" [[noreturn, gnu::used]] void lab5_end_thread(std::uint64_t number, const Utcb* page) {
    while (may_end < number) process::yield();
    (void)ask(environment().factotum, FactotumMethod::ThreadExit, number, page->user[kUtcbTid]);
    for (;;) __builtin_trap();
}
[[gnu::naked]] void enter_short_thread() {
    asm(".option push\n"
        ".option norelax\n"
        "la gp, __global_pointer$\n"
        ".option pop\n"
        "tail lab5_end_thread\n");
}

/// The oldest of twelve threads ends, and a new one begins, eighty times. So a page with Tcbs that have all ended is
/// free again. No thread takes a stack, and there is one UTCB to spare at a time: nothing is unmapped.
void threads_end() {
    constexpr std::uint64_t kAlive = 12;
    alignas(16) static std::byte stacks[kAlive][2048];
    std::uint64_t tp, tids[kAlive], before = 0;
    asm volatile("mv %0, tp" : "=r"(tp));
    const auto start = [&](std::uint64_t number) {
        std::byte* const stack = stacks[number % kAlive];
        tids[number % kAlive] =
            NEED(process::start_thread({.pc = reinterpret_cast<std::uint64_t>(&enter_short_thread),
                                        .sp = reinterpret_cast<std::uint64_t>(stack + sizeof(stacks[0])),
                                        .argument = number,
                                        .tp = tp}));
    };
    for (std::uint64_t number = 1; number <= kAlive; number++) start(number);
    for (std::uint64_t number = 1; number <= 80; number++) {
        may_end = number;
        EXPECT_EQ(NEED(process::join_thread(tids[number % kAlive])), number);
        start(number + kAlive);
        if (number == 20) before = free_pages();
    }
    EXPECT(free_pages() + 2 >= before);
    EXPECT_EQ(NEED(process::audit()), std::uint64_t{0});
}

std::int64_t say_ok(void*) {
    (void)process::sleep(5);
    print("ok {} {:016x}\n", std::string_view(running), ktest::tag_of(nonce, running));
    stop();
}

/// The first thread faults, and nobody handles that: so the kernel says which thread it was. The other one goes on.
void name_in_the_kernel() {
    constexpr CPtr kEndpoint = kSlotFirstFree;
    (void)NEED(Thread::start(say_ok, nullptr));  // it waits for a moment
    const std::uint64_t number = NEED(process::create(CapType::Endpoint, kEndpoint));
    EXPECT(environment().tcb.configure({.fault_handler = Endpoint(kEndpoint)}).has_value());
    NEED(process::destroy(number));
    *reinterpret_cast<volatile int*>(0x7'0000'0000) = 1;
}

constexpr Case kCases[] = {{"first_thread", first_thread},
                           {"name_and_urgency", name_and_urgency},
                           {"several_threads", several_threads},
                           {"faults", faults},
                           {"books", books},
                           {"registers", registers},
                           {"threads_end", threads_end},
                           {"name_in_the_kernel", name_in_the_kernel}};

}  // namespace

}  // namespace glenda::lab5

int main(int argc, char** argv) { glenda::lab5::run_cases(argc, argv, glenda::lab5::kCases); }
