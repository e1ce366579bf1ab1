// SPDX-License-Identifier: MIT
// Shows FORK: parent and child begin with the same memory, and what one writes the other does not see: `forks`.
// The other arguments:
//   forks pages             counts the pages that the two share, and how they part
//   forks ranges            what one maps, protects and unmaps is not the other's
//   forks many N            N children, one after the other, and what the last one cost
//   forks nest N            a child of a child of a child
//   forks orphan            the parent ends first
//   forks full              has more memory than there is twice
//   forks bomb              everybody forks until it is refused, and waits for its children
//   forks hold              the same, but everybody stays
//   forks poor N            children in accounts of 1 to N pages fork
#include "expect.h"
#include "glenda/environment.h"
#include "glenda/number.h"
#include "glenda/print.h"
#include "glenda/process.h"
#include "glenda/time.h"
#include "util/bits.h"

using namespace glenda;

namespace {

int in_data = 1;
int in_bss;

std::int64_t free_pages() { return std::int64_t(need(process::memory()).free / kPageSize); }

/// Forks. The child does `work` and ends with what that returns.
template <typename Work>
std::uint64_t start(Work work) {
    const std::uint64_t pid = need(process::fork());
    if (pid == 0) glenda::exit(work());
    return pid;
}
ExitStatus finish(std::uint64_t pid) { return need(process::wait(std::int64_t(pid))).status; }
/// One child first: Factotum may have to make room in its tables, which stays.
std::int64_t free_pages_after_a_child() {
    (void)finish(start([] { return 0; }));
    return free_pages();
}
void expect_fine(std::uint64_t pid) { must(finish(pid).is_success(), "a child failed"); }

void touch(std::uint64_t start, std::uint64_t pages, std::uint64_t value) {
    for (std::uint64_t i = 0; i < pages; i++) word(start + i * kPageSize) = value + i;
}
bool has(std::uint64_t start, std::uint64_t pages, std::uint64_t value) {
    for (std::uint64_t i = 0; i < pages; i++) {
        if (word(start + i * kPageSize) != value + i) return false;
    }
    return true;
}

void show() {
    int on_stack = 1;
    const std::uint64_t heap = need(process::sbrk(kPageSize)) - kPageSize, map = need(process::map(kPageSize));
    word(heap) = 1;
    word(map) = 1;
    in_bss = 1;
    const auto tell = [&](const char* who) {
        print("{}: {} {} {} {} {}\n", who, in_data, in_bss, on_stack, word(heap), word(map));
    };
    const std::uint64_t child = start([&] {
        tell("child");
        in_data = in_bss = on_stack = 2;
        word(heap) = 2;
        word(map) = 2;
        tell("child");
        return 7;
    });
    const std::int64_t code = finish(child).code();
    tell("parent");
    print("parent: the child ended with {}\n", code);
}

/// The parent's pages, seen by the child: none is copied for reading, and one for each write.
void pages() {
    constexpr std::uint64_t kPages = 512;
    const std::uint64_t map = need(process::map(kPages * kPageSize));
    touch(map, kPages, 1);
    const std::int64_t before = free_pages_after_a_child();
    expect_fine(start([&] {
        const std::int64_t shared = free_pages();
        must(has(map, kPages, 1), "a child sees other bytes");
        const std::int64_t read = free_pages();
        touch(map, 100, 1000);
        must(has(map, 100, 1000) && has(map + 100 * kPageSize, kPages - 100, 101), "bytes are lost");
        const std::int64_t parted = free_pages();
        print("forks: fork took {} pages, reading {}, writing to 100 pages {}\n",
              (before - shared) < 40 ? "few" : "many", shared - read, read - parted);
        return 0;
    }));
    must(has(map, kPages, 1), "the child wrote to the parent's memory");
    must(free_pages() == before, "the child's pages are lost");
    touch(map, kPages, 5);
    must(free_pages() == before, "a page was copied though nobody else had it");
    print("forks: the parent has its {} pages back\n", kPages);
}

void ranges() {
    constexpr std::uint64_t kPages = 8, kBytes = kPages * kPageSize;
    const std::uint64_t map = need(process::map(kBytes)), hole = map + 2 * kPageSize;
    touch(map, kPages, 1);
    expect_fine(start([&] {
        need(process::unmap(hole, 2 * kPageSize));
        need(process::map(2 * kPageSize, MapFlags::ReadWrite, MmapFlags::Fixed, hole));
        must(word(hole) == 0, "new memory is not zero");
        need(process::protect(map, kBytes, MapFlags::Read));
        must(word(map) == 1, "a protected page lost its bytes");
        need(process::protect(map, kBytes, MapFlags::ReadWrite));
        touch(map, kPages, 100);
        need(process::sbrk(64 * kPageSize));
        return 0;
    }));
    must(has(map, kPages, 1), "the child changed the parent's memory");

    need(process::protect(map, kBytes, MapFlags::Read));
    const std::uint64_t writer = start([&] {
        word(map) = 5;
        return 0;
    });
    print("forks: a write to what the parent protected: {}\n", name_of(finish(writer).crash_kind()));
    const std::uint64_t other = start([&] {
        need(process::protect(map, kBytes, MapFlags::ReadWrite));
        touch(map, kPages, 50);
        return 0;
    });
    need(process::unmap(hole, kPageSize));
    expect_fine(other);
    must(has(map, 2, 1) && has(hole + kPageSize, 5, 4), "what is beside a hole is lost");
    const std::uint64_t in_hole = start([&] { return int(word(hole)); });
    print("forks: a read of what it unmapped: {}\n", name_of(finish(in_hole).crash_kind()));
}

void many(std::uint64_t count) {
    const std::int64_t before = free_pages_after_a_child();
    std::uint64_t second = 0, last = 0;
    for (std::uint64_t i = 0; i < count; i++) {
        const std::uint64_t begin = read_cycle();
        must(finish(start([i] { return int(i % 100); })).code() == std::int64_t(i % 100), "another child's status");
        last = read_cycle() - begin;
        if (i == 1) second = last;
    }
    const bool is_constant = last < second + second / 50;
    print("forks: {} children, {} pages lost, the last {} the second\n", count, before - free_pages(),
          is_constant ? "cost as much as" : "was dearer than");
}

/// Each child adds one to what it inherited.
int nest(std::uint64_t left) {
    in_data++;
    return left == 0 ? in_data : int(finish(start([left] { return nest(left - 1); })).code());
}

void orphan() {
    const std::uint64_t child = start([] {
        (void)start([] {
            for (int i = 0; i < 1000; i++) (void)process::yield();
            print("grandchild: still {}, my parent is now {}\n", in_data, need(process::get_parent_pid()));
            return 0;
        });
        in_data = 5;
        return 3;
    });
    print("forks: the child ended with {}\n", finish(child).code());
}

/// A child could not write to all of this: the fork is refused, and the parent has lost nothing.
void full() {
    const std::uint64_t most = std::uint64_t(free_pages_after_a_child()) * 6 / 10;
    const std::uint64_t map = need(process::map(most * kPageSize));
    touch(map, most, 1);
    const std::int64_t before = free_pages();
    const auto refused = process::fork();
    must(!refused, "a promise that cannot be kept");
    touch(map, 100, 2);
    must(free_pages() == before && has(map, 100, 2), "the parent has lost something");
    need(process::unmap(map + most / 2 * kPageSize, (most - most / 2) * kPageSize));
    expect_fine(start([&] { return has(map + 100 * kPageSize, 100, 101) ? 0 : 1; }));
    print("forks: {}, then half as much was possible\n", refused.error());
}

/// Stays until all its children have ended, or for ever.
void bomb(bool for_ever) {
    while (process::fork()) {
    }
    while (for_ever) (void)environment().notification.wait();
    while (process::wait(kAnyChild)) {
    }
}

/// There may be no memory for a child, nor for the pages that it would have.
void try_to_fork() {
    constexpr std::uint64_t kPages = 20;
    const auto map = process::map(kPages * kPageSize, MapFlags::ReadWrite, MmapFlags::Populate);
    if (!is_done(map)) return;
    touch(*map, kPages, 1);
    for (int round = 0; round < 2; round++) {
        const auto child = process::fork();
        if (!is_done(child)) continue;
        if (*child == 0) {
            touch(*map, kPages, 100);
            glenda::exit(has(*map, kPages, 100) ? 0 : 1);
        }
        touch(*map, kPages / 2, 1);
        expect_fine(*child);
        print("forks: had a child\n");
    }
    must(has(*map, kPages, 1), "a child's memory is in its parent's");
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view what = argc > 1 ? argv[1] : "";
    const std::uint64_t number = argc > 2 ? to_number(argv[2]).value_or(0) : 0;
    if (what.empty()) show();
    if (what == "pages") pages();
    if (what == "ranges") ranges();
    if (what == "many") many(number);
    if (what == "nest") print("forks: {} deep: {}\n", number, nest(number));
    if (what == "orphan") orphan();
    if (what == "full") full();
    if (what == "bomb") bomb(false);
    if (what == "hold") bomb(true);
    if (what == "poor") run_poor("forks", "try", number);
    if (what == "try") try_to_fork();
    return 0;
}
