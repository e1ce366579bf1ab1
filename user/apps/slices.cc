// SPDX-License-Identifier: MIT
// What a process sees of its own calls that go in slices (user/factotum/slice.cc): that they happen at once. Its other
// threads, and who kills it, come in between. `slices WHAT`:
//   fork      a thread counts in two pages, far apart; each child finds both at the same moment
//   map       a thread maps, writes and unmaps, while another one does so with a large range
//   sbrk      the same with the heap
//   killed    a process that forks is killed, 30 times or as often as is said, and so is one that maps
//   unborn    the child of a large FORK is killed before it is there
//   refused   FORK is refused half-way
//   exec      one of many threads starts another program
#include <atomic>

#include "expect.h"
#include "glenda/number.h"
#include "glenda/print.h"
#include "glenda/process.h"
#include "glenda/thread.h"
#include "glenda/time.h"
#include "util/bits.h"

using namespace glenda;

namespace {

constexpr std::uint64_t kLarge = 24 * kMiB;

ExitStatus finish(std::uint64_t pid) { return need(process::wait(std::int64_t(pid))).status; }

std::uint64_t map_all(std::uint64_t bytes) {
    return need(process::map(bytes, MapFlags::ReadWrite, MmapFlags::Populate));
}

std::uint64_t low = 0, high = 0;  // addresses
std::atomic<bool> is_over = false;

std::int64_t count(void*) {
    while (!is_over) {
        word(low) = word(low) + 1;
        word(high) = word(high) + 1;
    }
    return 0;
}

/// The first and the last page come to the child in different slices.
void fork_at_one_moment() {
    low = map_all(kLarge);
    high = low + kLarge - kPageSize;
    const auto counter = Thread::start(count, nullptr);
    must(counter.has_value(), "a thread");
    for (int i = 0; i < 20; i++) {
        const std::uint64_t pid = need(process::fork());
        if (pid == 0) glenda::exit(word(low) == word(high) || word(low) == word(high) + 1 ? 0 : 1);
        must(finish(pid).is_success(), "a child sees two moments");
    }
    is_over = true;
}

std::atomic<std::uint64_t> rounds = 0;

std::int64_t map_a_little(void*) {
    for (; !is_over; rounds++) {
        const std::uint64_t pages = 1 + rounds % 40, start = need(process::map(pages * kPageSize));
        for (std::uint64_t i = 0; i < pages; i++) {
            must(word(start + i * kPageSize) == 0, "new memory is not zero");
            word(start + i * kPageSize) = rounds + i;
        }
        for (std::uint64_t i = 0; i < pages; i++) must(word(start + i * kPageSize) == rounds + i, "memory has changed");
        need(process::unmap(start, pages * kPageSize));
    }
    return 0;
}

void map_beside_others() {
    (void)need(Thread::start(map_a_little, nullptr));
    for (int i = 0; i < 10; i++) {
        const std::uint64_t start = map_all(kLarge);
        word(start + kLarge - 8) = 7;
        need(process::protect(start, kLarge, MapFlags::Read));
        need(process::protect(start, kLarge, MapFlags::ReadWrite));
        must(word(start + kLarge - 8) == 7, "what was protected");
        must(need(process::map(kLarge, MapFlags::ReadWrite, MmapFlags::Fixed, start)) == start, "the place");
        must(word(start + kLarge - 8) == 0, "what was replaced");
        need(process::unmap(start, kLarge));
        need(process::sleep(2));
    }
    is_over = true;
    must(rounds > 10, "the other thread stands still");
}

void grow_beside_others() {
    (void)need(Thread::start(map_a_little, nullptr));
    const std::uint64_t start = need(process::sbrk(0));
    for (int i = 0; i < 10; i++) {
        must(need(process::sbrk(kLarge)) == start + kLarge, "the break");
        for (std::uint64_t at = start; at < start + kLarge; at += kPageSize) word(at) = 1;
        must(need(process::sbrk(-std::int64_t(kLarge))) == start, "the break afterwards");
    }
    is_over = true;
}

[[noreturn]] void do_forever(bool forks) {
    std::uint64_t start = map_all(kLarge);
    for (;;) {
        if (forks) {
            const std::uint64_t pid = need(process::fork());
            if (pid == 0) glenda::exit(0);
            (void)finish(pid);
        } else {
            need(process::protect(start, kLarge, MapFlags::Read));
            need(process::unmap(start, kLarge));
            start = map_all(kLarge);
        }
    }
}

void kill_at_any_time(std::uint64_t times) {
    for (std::uint64_t i = 0; i < times; i++) {
        const std::uint64_t pid = need(process::fork());
        if (pid == 0) do_forever(i % 2 == 0);
        need(process::sleep(25 + i % 7));
        stay_busy(i * 700 % 9973);  // up to a millisecond
        need(process::kill(pid, 9));
        must(finish(pid).how() == ExitStatus::How::Killed, "it was not killed");
    }
}

/// The child is in the list without a thread.
void kill_the_unborn() {
    const std::uint64_t forker = need(process::fork());
    if (forker == 0) {
        (void)map_all(kLarge);
        for (;;) {
            const auto pid = process::fork();
            if (!pid) glenda::exit(pid.error() == ServerError::Interrupted ? 0 : 1);
            if (*pid == 0) glenda::exit(0);
            (void)finish(*pid);
        }
    }
    for (;;) {
        const auto processes = need(process::list());
        for (const ProcessInfo& line : processes) {
            if (line.parent == forker && line.threads == 0 && line.state == ProcessState::Stopped)
                (void)process::kill(line.pid, 9);
        }
        const auto ended = need(process::wait(std::int64_t(forker), WaitFlags::NoHang));
        if (ended.pid != 0) return must(ended.status.is_success(), "FORK of a child that was killed");
    }
}

/// The last region is too large for a second one.
void refuse_fork() {
    const std::uint64_t first = map_all(kLarge);
    const auto rest = need(process::memory());
    const std::uint64_t most = (rest.total - rest.reserved) / 2 + 4 * kMiB;
    const std::uint64_t last = need(process::map(align_up(most, kPageSize)));
    must(last > first, "the order");
    for (int i = 0; i < 5; i++) {
        const auto pid = process::fork();
        if (pid && *pid == 0) glenda::exit(0);
        must(!pid && pid.error() == ServerError::OutOfMemory, "FORK was not refused");
        for (std::uint64_t at = 0; at < kLarge; at += kPageSize) word(first + at) = at;
    }
    need(process::unmap(last, align_up(most, kPageSize)));
    const std::uint64_t pid = need(process::fork());
    if (pid == 0) glenda::exit(word(first + kLarge - kPageSize) == kLarge - kPageSize ? 0 : 1);
    must(finish(pid).is_success(), "a fork afterwards");
}

std::int64_t ask_all_the_time(void*) {
    for (;;) (void)process::get_pid();
}

void exec_beside_others() {
    for (int i = 0; i < 5; i++) {
        const std::uint64_t pid = need(process::fork());
        if (pid == 0) {
            (void)map_all(kLarge);
            for (int n = 0; n < 100; n++) (void)Thread::start(ask_all_the_time, nullptr, 8 * kKiB);
            (void)process::exec({.file = "empty"});
            glenda::exit(1);
        }
        must(finish(pid).is_success(), "the next program");
    }
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view what = argc > 1 ? argv[1] : "fork";
    if (what == "fork") fork_at_one_moment();
    if (what == "map") map_beside_others();
    if (what == "sbrk") grow_beside_others();
    if (what == "killed") {
        const auto times = to_number(argc > 2 ? argv[2] : "30");
        must(times && *times > 0, "how often");
        kill_at_any_time(*times);
    }
    if (what == "unborn") kill_the_unborn();
    if (what == "refused") refuse_fork();
    if (what == "exec") exec_beside_others();
    print("slices: {}: fine\n", what);
    return 0;
}
