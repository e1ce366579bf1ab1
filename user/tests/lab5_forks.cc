// SPDX-License-Identifier: MIT
// Lab 5, exercise 5.8: processes that part. What one writes no other sees, pages are copied when they must be, and
// nothing is lost.
#include "lab5_case.h"
#include "util/bits.h"

namespace glenda::lab5 {

namespace {

int in_data = 1;
int in_zeroes;

volatile std::uint64_t& word(std::uint64_t address) { return *reinterpret_cast<volatile std::uint64_t*>(address); }

/// Forks. The child does `work`, and ends with what that returns.
template <typename Work>
std::uint64_t start(Work work) {
    const std::uint64_t pid = NEED(process::fork());
    if (pid == 0) glenda::exit(work());
    return pid;
}
std::int64_t finish(std::uint64_t pid) { return NEED(process::wait(std::int64_t(pid))).status.code(); }

void fill(std::uint64_t start, std::uint64_t pages, std::uint64_t value) {
    for (std::uint64_t i = 0; i < pages; i++) word(start + i * kPageSize) = value + i;
}
bool has(std::uint64_t start, std::uint64_t pages, std::uint64_t value) {
    for (std::uint64_t i = 0; i < pages; i++) {
        if (word(start + i * kPageSize) != value + i) return false;
    }
    return true;
}

/// The child begins with the parent's bytes, wherever they are; what it writes is its own, and its parent's also.
void values() {
    int on_stack = 1;
    const std::uint64_t map = NEED(process::map(kPageSize));
    word(map) = 1;
    in_zeroes = 1;
    const std::uint64_t parent = NEED(process::get_pid());
    const std::uint64_t child = start([&] {
        if (in_data != 1 || in_zeroes != 1 || on_stack != 1 || word(map) != 1) return 1;
        in_data = in_zeroes = on_stack = 2;
        word(map) = 2;
        if (in_data != 2 || in_zeroes != 2 || on_stack != 2 || word(map) != 2) return 2;
        return NEED(process::get_parent_pid()) == parent && NEED(process::get_pid()) != parent ? 33 : 3;
    });
    EXPECT_EQ(finish(child), std::int64_t{33});
    EXPECT_EQ(in_data + in_zeroes + on_stack, 3);
    EXPECT_EQ(std::uint64_t{word(map)}, std::uint64_t{1});

    const std::uint64_t second = start([&] {  // the parent writes first
        (void)process::sleep(20);
        return in_data == 1 && on_stack == 1 && word(map) == 1 ? 44 : 1;
    });
    in_data = on_stack = 5;
    word(map) = 5;
    EXPECT_EQ(finish(second), std::int64_t{44});
}

/// Reading copies nothing, writing one page for each; who is left alone with a page writes to it as it is.
void counts() {
    constexpr std::uint64_t kPages = 512;
    const std::uint64_t map = NEED(process::map(kPages * kPageSize));
    fill(map, kPages, 1);
    (void)finish(start([] { return 0; }));  // Factotum's own tables may grow for the first child
    const std::uint64_t before = free_pages();
    const std::uint64_t child = start([&] {
        const std::uint64_t forked = free_pages();
        if (before - forked >= 40) return 1;  // page tables, and what it has written so far
        if (!has(map, kPages, 1)) return 2;
        if (free_pages() != forked) return 3;
        fill(map, 100, 1000);
        if (forked - free_pages() != 100) return 4;
        return has(map, 100, 1000) && has(map + 100 * kPageSize, kPages - 100, 101) ? 0 : 5;
    });
    EXPECT_EQ(finish(child), std::int64_t{0});
    EXPECT(has(map, kPages, 1));
    EXPECT_EQ(free_pages(), before);
    fill(map, kPages, 5);
    EXPECT_EQ(free_pages(), before);  // nobody else has them: no copy
    NEED(process::unmap(map, kPages * kPageSize));
    EXPECT_EQ(NEED(process::audit()), std::uint64_t{0});
}

/// A child of a child of a child, each with its own variable.
int nest(int left) {
    in_data++;
    return left == 0 ? in_data : int(finish(start([left] { return nest(left - 1); })));
}
void chain() {
    in_data = 1;
    EXPECT_EQ(nest(6), 8);
    EXPECT_EQ(in_data, 2);
    EXPECT_EQ(NEED(process::audit()), std::uint64_t{0});
}

/// A child that could not write to everything is refused, and nobody has lost anything.
void refused() {
    (void)finish(start([] { return 0; }));
    const std::uint64_t most = free_pages() * 6 / 10, map = NEED(process::map(most * kPageSize));
    fill(map, 100, 1);
    const std::uint64_t before = free_pages();
    EXPECT_EQ(outcome(process::fork()), std::string_view("OutOfMemory"));
    EXPECT_EQ(free_pages(), before);
    fill(map, 100, 7);
    EXPECT_EQ(free_pages(), before);
    NEED(process::unmap(map + most / 2 * kPageSize, (most - most / 2) * kPageSize));
    EXPECT_EQ(finish(start([&] { return has(map, 100, 7) ? 0 : 1; })), std::int64_t{0});
    NEED(process::unmap(map, most / 2 * kPageSize));
}

/// 1,000 children. Nothing is lost, and the last one is no dearer than the second.
void thousand() {
    const std::uint64_t map = NEED(process::map(16 * kPageSize));
    fill(map, 16, 1);
    (void)finish(start([] { return 0; }));
    const std::uint64_t before = free_pages();
    std::uint64_t second = 0, last = 0;
    for (std::uint64_t i = 0; i < 1000; i++) {
        const std::uint64_t begin = read_cycle();
        const std::uint64_t child = start([&] {
            fill(map, 4, i);
            return int(i % 100);
        });
        EXPECT_EQ(finish(child), std::int64_t(i % 100));
        last = read_cycle() - begin;
        if (i == 1) second = last;
    }
    EXPECT_EQ(free_pages(), before);
    EXPECT(has(map, 16, 1));
    EXPECT(last < second + second / 20);
    EXPECT_EQ(NEED(process::audit()), std::uint64_t{0});
}

constexpr Case kCases[] = {
    {"values", values}, {"counts", counts}, {"chain", chain}, {"refused", refused}, {"thousand", thousand}};

}  // namespace

}  // namespace glenda::lab5

int main(int argc, char** argv) { glenda::lab5::run_cases(argc, argv, glenda::lab5::kCases); }
