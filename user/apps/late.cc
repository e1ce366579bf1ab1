// SPDX-License-Identifier: MIT
// How long does Factotum keep others waiting while it does something large? `late WHAT [NUMBER]`, where WHAT is
//   end     the end of a process with so many threads
//   exec    another program in their place
//   wake    all of them wait at one word, and are woken
//   due     all of them sleep until the same time
//   sched   all of them become less urgent
//   supply  all of them wait for one page, which is brought
//   offer   all of them wait for the service 0x3000, which somebody else has to start
//   memory  the end of a process with so many MiB
//   populate, protect, unmap, replace, fork        so many MiB are mapped with their pages, and so on
//   slots   a process with 4,096 slots forks
// Meanwhile this program, which is more urgent, sleeps again and again, and asks for its number.
#include <algorithm>

#include "glenda/environment.h"
#include "glenda/futex.h"
#include "glenda/number.h"
#include "glenda/print.h"
#include "glenda/process.h"
#include "glenda/slots.h"
#include "glenda/thread.h"
#include "glenda/time.h"
#include "util/bits.h"

using namespace glenda;

namespace {

constexpr std::uint64_t kTicksPerUs = 10;  // QEMU's virt machine counts 10 MHz
constexpr std::uint64_t kTicksPerMs = 1000 * kTicksPerUs;
constexpr std::size_t kSmallStack = 8 * kKiB;

std::uint64_t wanted = 100;  // threads
std::atomic<std::uint32_t> word = 0;
std::atomic<std::uint64_t> ready = 0, gone_on = 0, due = 0;

std::int64_t wait_at_word(void*) {
    ready++;
    (void)process::futex_wait(word, 0);
    gone_on++;
    return 0;
}

std::int64_t wait_for_service(void*) {
    ready++;
    (void)process::request(0x3000, kSlotFirstFree, RequestFlags::Wait);
    gone_on++;
    return 0;
}

volatile char* page = nullptr;

std::int64_t wait_for_page(void*) {
    ready++;
    (void)*page;
    gone_on++;
    return 0;
}

std::int64_t sleep_until_due(void*) {
    ready++;
    while (due == 0) (void)process::sleep(1);
    (void)process::sleep((due - read_time()) / kTicksPerMs);
    gone_on++;
    return 0;
}

/// Starts the threads, and waits until all of them wait.
void start_all(Thread::Main main) {
    std::uint64_t started = 0;
    while (started < wanted && Thread::start(main, nullptr, kSmallStack)) started++;
    if (started < wanted) print("late: {} threads in place of {}\n", started, wanted);
    while (ready < started) (void)process::sleep(10);
    (void)process::sleep(50);
}

void wait_for_all() {
    while (gone_on < ready) (void)process::sleep(10);
}

void supply() {
    constexpr CPtr kPaged = kSlotFirstFree, kSource = kSlotFirstFree + 1;
    const auto number = process::create_paged(1, kPaged);
    if (!number || !process::create_memory(1, kSource)) return print("late: no objects\n");
    page = reinterpret_cast<volatile char*>(
        process::map_object(kPaged, 0, kPageSize, MapFlags::Read, MmapFlags::Shared).value_or(0));
    start_all(wait_for_page);
    if (const auto done = process::supply_pages(*number, 0, 1, kSource, 0); !done) print("late: {}\n", done.error());
    wait_for_all();
}

void with_memory(std::string_view what) {
    const std::uint64_t bytes = wanted * kMiB;
    const auto start = process::map(bytes, MapFlags::ReadWrite, MmapFlags::Populate);
    if (!start) return print("late: {}\n", start.error());
    if (what == "protect") (void)process::protect(*start, bytes, MapFlags::Read);
    if (what == "unmap") (void)process::unmap(*start, bytes);
    if (what == "replace") (void)process::map(bytes, MapFlags::Read, MmapFlags::Fixed, *start);
    if (what != "fork") return;
    const auto child = process::fork();
    if (!child) return print("late: {}\n", child.error());
    if (*child == 0) glenda::exit(0);
    (void)process::wait(std::int64_t(*child));
}

/// All slots that there can be are in use, and a child has the same.
void fork_with_slots() {
    const CNode own = environment().cnode;
    const CPtr end = CPtr{1} << kMaxProcessCNodeRadix;
    for (CPtr slot = kSlotEnd; slot != end; slot++) (void)own.copy(slot, own, kSlotNotification);
    const auto child = process::fork();
    if (!child) return print("late: {}\n", child.error());
    if (*child == 0) {
        CPtr slot = kSlotEnd;
        while (slot != end && own.same(slot, own, kSlotEnd).value_or(false)) slot++;
        print("late: {} slots were copied\n", slot - kSlotEnd);
        glenda::exit(0);
    }
    (void)process::wait(std::int64_t(*child));
}

/// What is measured.
void work(std::string_view what) {
    if (what == "slots") return fork_with_slots();
    for (const std::string_view memory : {"memory", "populate", "protect", "unmap", "replace", "fork"}) {
        if (what == memory) return with_memory(what);
    }
    if (what == "supply") return supply();
    start_all(what == "due" ? sleep_until_due : what == "offer" ? wait_for_service : wait_at_word);
    if (what == "offer") wait_for_all();
    if (what == "sched") (void)process::set_sched(process::get_pid().value_or(0), SchedClass::Batch);
    if (what == "exec") (void)process::exec({.file = "empty"});
    if (what == "wake") {
        (void)process::futex_wake(word, ~std::uint64_t{0});
        wait_for_all();
    }
    if (what == "due") {
        due = read_time() + 200 * kTicksPerMs;
        wait_for_all();
    }
}

struct Longest {
    std::uint64_t late = 0;  // after the time for which a sleep was over; in ticks
    std::uint64_t request = 0;
};

void sleep_once(Longest& longest) {
    const std::uint64_t begin = read_time();
    (void)process::sleep(1);
    const std::uint64_t end = read_time(), took = end - begin, most = 2 * kTicksPerMs;
    longest.late = std::max({longest.late, end % kTicksPerMs, took > most ? took - most : 0});
}

/// Nobody who is less urgent runs meanwhile. Only Factotum may have something to do. It asks every two microseconds,
/// and takes the time from one answer to the next: so Factotum cannot be busy in between without being noticed.
void ask_for(std::uint64_t ticks, Longest& longest) {
    const std::uint64_t begin = read_time();
    for (std::uint64_t answered = begin; answered - begin < ticks;) {
        spend_microsecond();
        spend_microsecond();
        (void)process::get_pid();
        const std::uint64_t now = read_time();
        longest.request = std::max(longest.request, now - answered);
        answered = now;
    }
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view what = argc > 1 ? argv[1] : "end";
    if (argc > 2) wanted = to_number(argv[2]).value_or(wanted);
    if (what == "slots" && argc == 2) {
        const std::string_view again[] = {"slots", "again"};
        return process::run({"late", again, {}, 0, cnode_radix(kMaxProcessCNodeRadix)}) ? 0 : 1;
    }
    const auto pid = process::fork();
    if (!pid) return 1;
    if (*pid == 0) {
        (void)process::set_sched(process::get_pid().value_or(0), SchedClass::Batch);
        work(what);
        glenda::exit(0);
    }
    Longest longest;
    for (;;) {
        const auto ended = process::wait(std::int64_t(*pid), WaitFlags::NoHang);
        if (!ended || ended->pid != 0) break;
        sleep_once(longest);
        ask_for(3 * kTicksPerMs / 2, longest);
    }
    print("late: {}: a sleeper was {} us late, a request took {} us\n", what, longest.late / kTicksPerUs,
          longest.request / kTicksPerUs);
    return 0;
}
