// SPDX-License-Identifier: MIT
// The benchmark of the services. Runs as a program of the whole system: make bench.
//
// The others sleep meanwhile. So, under QEMU's -icount shift=0, the cycle counter counts the instructions of this
// program, its children, Factotum and the kernel together.
#include "child.h"
#include "glenda/environment.h"
#include "glenda/print.h"
#include "glenda/process.h"
#include "glenda/time.h"
#include "threads.h"
#include "util/bits.h"

namespace glenda::bench {

namespace {

constexpr std::string_view kSelf = "service_bench";

void report(const char* name, std::uint64_t total, std::uint64_t n) {
    print("bench {} instructions {}.{:03} {}\n", name, total / n, total % n * 1000 / n, n);
}

/// Ends the benchmark unless this step succeeded.
template <typename T>
auto need(const Answer<T>& answer, const char* what) {
    if (!answer) {
        print("service_bench: {} failed: {}\n", what, answer.error());
        exit(1);
    }
    if constexpr (!std::is_void_v<T>) return *answer;
}

/// Measures `operation()`, `n` times, after one time that does not count.
template <typename Operation>
void measure(const char* name, std::uint64_t n, Operation operation) {
    operation();
    const std::uint64_t begin = read_cycle();
    for (std::uint64_t i = 0; i < n; i++) operation();
    report(name, read_cycle() - begin, n);
}

std::uint64_t start(std::string_view what, std::string_view argument = {}, std::span<const CPtr> caps = {}) {
    const std::string_view arguments[] = {what, argument};
    return need(process::spawn({.file = kSelf, .arguments = arguments, .caps = caps}), "spawn");
}

void run_empty() {
    const std::uint64_t pid = need(process::spawn({.file = "empty"}), "spawn");
    need(process::wait(std::int64_t(pid)), "wait");
}

std::uint64_t start_sleeper() {
    const std::string_view arguments[] = {"sleep"};
    return need(process::spawn({.file = "empty", .arguments = arguments}), "spawn");
}

/// Kills a child and returns the cycles, without those of WAIT.
std::uint64_t kill_child(std::uint64_t pid) {
    const std::uint64_t begin = read_cycle();
    need(process::kill(pid, 9), "kill");
    const std::uint64_t cycles = read_cycle() - begin;
    need(process::wait(std::int64_t(pid)), "wait");
    return cycles;
}

/// Kills a child that has touched `pages` pages, and returns the cycles.
std::uint64_t kill_holder(std::uint64_t pages) {
    FixedText<24> text("{}", pages);
    const CPtr notification = environment().notification.cptr();
    const std::uint64_t pid = start(kHold, text.view(), {&notification, 1});
    (void)Notification(notification).wait();
    return kill_child(pid);
}

void measure_memory() {
    constexpr std::uint64_t kPages = 1024, kBytes = kPages * kPageSize;
    const auto grow = [] { return need(process::sbrk(kBytes), "sbrk") - kBytes; };
    const auto shrink = [] { need(process::sbrk(-std::int64_t(kBytes)), "sbrk"); };
    report("anon_fault_first", touch(grow(), kPages), kPages);
    shrink();
    report("anon_fault", touch(grow(), kPages), kPages);
    shrink();
    measure("sbrk_touch_shrink", 1000, [] {
        touch(need(process::sbrk(kPageSize), "sbrk") - kPageSize, 1);
        need(process::sbrk(-std::int64_t(kPageSize)), "sbrk");
    });

    measure("mmap_touch_munmap", 1000, [] {
        const std::uint64_t page = need(process::map(kPageSize), "map");
        touch(page, 1);
        need(process::unmap(page, kPageSize), "unmap");
    });

    constexpr std::uint64_t kRounds = 20;
    const auto touch_text = [] {
        const std::uint64_t pid = start(kTouchText);
        return std::uint64_t(need(process::wait(std::int64_t(pid)), "wait").status.code());
    };
    std::uint64_t cycles = 0;
    touch_text();  // the others find the file's pages in memory
    for (std::uint64_t i = 0; i < kRounds; i++) cycles += touch_text();
    report("file_fault", cycles, kRounds * kTextPages);
}

/// A list of `count` processes at least, some of which sleep: the first five lines, and what each further one adds.
void measure_lists() {
    constexpr std::uint64_t kMore = 50;
    const auto list = [] { return need(process::list(), "list").size(); };
    const auto measure_list = [&] {
        list();
        const std::uint64_t begin = read_cycle();
        for (unsigned i = 0; i < 100; i++) list();
        return (read_cycle() - begin) / 100;
    };
    const std::uint64_t lines = list(), few = measure_list();
    std::uint64_t pids[kMore];
    for (std::uint64_t& pid : pids) pid = start_sleeper();
    const std::uint64_t line = (measure_list() - few) / kMore;
    for (const std::uint64_t pid : pids) kill_child(pid);
    report("ps_5", few - (lines - 5) * line, 1);
    report("ps_line", line, 1);
}

void measure_ends() {
    constexpr std::uint64_t kFew = 256, kMany = 80 * kMiB / kPageSize;
    kill_holder(kFew);
    const std::uint64_t small = kill_holder(kFew);
    const std::uint64_t large = kill_holder(kMany);
    report("exit_page", large - small, kMany - kFew);
}

/// Forks. The child ends with what `work()` returns, and so does this function.
template <typename Work>
std::uint64_t in_child(Work work) {
    const std::uint64_t pid = need(process::fork(), "fork");
    if (pid == 0) exit(std::int64_t(work()));
    return std::uint64_t(need(process::wait(std::int64_t(pid)), "wait").status.code());
}

void measure_fork() {
    constexpr std::uint64_t kPages = 1024, kRounds = 100;
    const std::uint64_t start = need(process::map(kPages * kPageSize), "map");
    touch(start, kPages);
    (void)in_child([&] { return touch(start, kPages); });  // the next copies go to recycled pages
    report("cow_copy", in_child([&] { return touch(start, kPages); }), kPages);
    report("cow_reuse", touch(start, kPages), kPages);
    need(process::unmap(start, kPages * kPageSize), "unmap");
    measure("fork_exit_wait", kRounds, [] { (void)in_child([] { return 0; }); });
}

void measure_exec() {
    measure("fork_exec_wait", 100, [] {
        const std::uint64_t pid = need(process::fork(), "fork");
        if (pid == 0) {
            (void)process::exec({.file = "empty"});
            exit(1);
        }
        need(process::wait(std::int64_t(pid)), "wait");
    });
}

void measure_spawn() {
    constexpr std::uint64_t kRounds = 100, kSleepers = 200, kMany = 10'000;
    measure("spawn_exit_wait", kRounds, run_empty);
    for (std::uint64_t i = 0; i < kMany; i++) run_empty();
    measure("spawn_after_10000", kRounds, run_empty);
    measure("spawn_missing", 1000, [] { (void)process::spawn({.file = "missing"}); });
    std::uint64_t pids[kSleepers];
    for (std::uint64_t& pid : pids) pid = start_sleeper();
    measure("spawn_beside_200", kRounds, run_empty);
    for (const std::uint64_t pid : pids) kill_child(pid);
}

void measure_threads() {
    constexpr std::uint64_t kFew = 100, kMany = 10'000, kRounds = 1000;
    const auto run = [] {
        if (!create_and_join()) need(Answer<void>(Refusal(ServerError::Broken)), "a thread");
    };
    measure("thread_create_join", kFew, run);
    for (std::uint64_t i = 0; i < kMany; i++) run();
    measure("thread_after_10000", kFew, run);
    report("mutex_handover", hand_over_mutex(kRounds), kRounds);
    report("semaphore_pingpong", pass_semaphore(kRounds), kRounds);
    report("futex_pingpong", pass_futex(kRounds), kRounds);
}

void run() {
    measure("get_pid", 10'000, [] { need(process::get_pid(), "get_pid"); });
    measure_fork();  // before there are threads, whose stacks and objects would be copied, too
    measure_exec();
    measure_threads();
    measure_lists();
    measure_memory();
    measure_spawn();
    measure_ends();
    print("service_bench: done\n");
}

}  // namespace
}  // namespace glenda::bench

int main(int argc, char** argv) {
    if (argc > 1) return glenda::bench::run_child(argv[1], argc > 2 ? argv[2] : "");
    glenda::bench::run();
    return 0;
}
