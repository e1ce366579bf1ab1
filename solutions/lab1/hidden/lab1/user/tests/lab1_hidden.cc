// SPDX-License-Identifier: MIT
// Exercises 1.6 and 1.8, what the public tests do not try: the same contract from other sides.
#include "tests/common/threads.h"

using namespace glenda;
using namespace glenda::check;

namespace {

void set_to_one(Word& word) { word = 1; }

/// A new thread has its maker's priority, and not that of the first thread.
void has_the_makers_priority() {
    Word word = 0;
    EXPECT_EQ(thread::set_priority(kOwnThread, 30), 0);
    const long equal = prepare(set_to_one, word, 0);
    EXPECT_EQ(thread::resume(equal), 0);
    EXPECT_EQ(word, 0);  // this thread's turn has just begun
    EXPECT(comes_true([&] { return word == 1; }));
    EXPECT(becomes(equal, ThreadState::Inactive));
    EXPECT_EQ(space::close(equal), 0);

    // Ready threads of different priorities: all that are above this one have run when it goes on.
    Word words[3] = {};
    long threads[3];
    for (unsigned i = 0; i < 3; i++) {
        threads[i] = prepare(set_to_one, words[i], i);
        EXPECT_EQ(thread::resume(threads[i]), 0);
        EXPECT_EQ(thread::set_priority(threads[i], 12 - 2 * long(i)), 0);
    }
    EXPECT_EQ(thread::set_priority(kOwnThread, 9), 0);
    EXPECT_EQ(words[0] + 2 * words[1] + 4 * words[2], 1 + 2);
    EXPECT_EQ(thread::set_priority(kOwnThread, 0), 0);
    EXPECT_EQ(words[2], 1);
    EXPECT(thread::set_priority(kOwnThread, 1) < 0);
    for (const long thread : threads) EXPECT_EQ(space::close(thread), 0);
}

alignas(16) std::byte small_stack[256];
Word left_over;

/// Stores what it finds in s3, t4 and a5, leaves other values there, and stops.
[[gnu::naked]] void look_and_leave() {
    asm volatile(
        "or s3, s3, t4\n or s3, s3, a5\n sd s3, 0(a0)\n li s3, 11\n li t4, 12\n li a5, 13\n"
        "li a0, 0\n li a7, -6\n ecall\n unimp");
}

/// Registers that were not given are 0, also in a thread that has run before.
void begins_clean() {
    const long thread = thread::create();
    EXPECT_EQ(thread::configure(thread, kOwnCSpace, kOwnVSpace, 0), 0);
    for (unsigned i = 0; i < 3; i++) {
        left_over = 99;
        EXPECT_EQ(thread::write_registers(thread, {.pc = std::uint64_t(&look_and_leave),
                                                   .sp = std::uint64_t(small_stack + sizeof(small_stack)),
                                                   .a0 = std::uint64_t(&left_over)}),
                  0);
        EXPECT_EQ(thread::resume(thread), 0);
        EXPECT(comes_true([] { return left_over != 99; }));
        EXPECT(becomes(thread, ThreadState::Inactive));
        EXPECT_EQ(left_over, 0);
    }
    EXPECT_EQ(space::close(thread), 0);
}

/// A configure that is refused has changed nothing: the thread runs where it would have run.
void refused_changes_nothing() {
    Word word = 0;
    const long thread = prepare(set_to_one, word, 0);
    const long other = space::create();
    constexpr std::uint64_t kNothing = kArea + 5 * kPageSize;
    EXPECT(thread::configure(thread, kOwnCSpace, other, kNothing) < 0);  // no page for a UTCB in the other space
    EXPECT(thread::configure(thread, kMaxHandles - 1, other, 0) < 0);
    EXPECT(thread::configure(thread, other, other, 0) < 0);
    EXPECT(thread::set_priority(thread, 256 + 5) < 0);  // not 5
    EXPECT_EQ(space::close(other), 0);
    EXPECT_EQ(thread::resume(thread), 0);
    EXPECT(comes_true([&] { return word == 1; }));
    EXPECT_EQ(space::close(thread), 0);
}

/// Threads are configured again and again. Each time they give back what they had.
void handed_on() {
    constexpr std::uint64_t kUtcb = kArea + 32 * kPageSize;
    Word word = 0;
    const long thread = prepare(set_to_one, word, 0);
    for (unsigned i = 0; i < 150 && !has_failed(); i++) {  // more than there can be spaces, and pages for all of them
        const long other = space::create(), handles = space::create_cspace();
        EXPECT(other >= 0 && handles >= 0);
        EXPECT_EQ(space::map(other, kUtcb, 256 * kPageSize, MapFlags::ReadWrite), 0);
        EXPECT_EQ(thread::configure(thread, handles, other, kUtcb + (i % 256) * kPageSize), 0);
        EXPECT_EQ(space::close(other), 0);
        EXPECT_EQ(space::close(handles), 0);
        if (i % 3 == 0) EXPECT_EQ(thread::configure(thread, kOwnCSpace, kOwnVSpace, 0), 0);
    }
    EXPECT_EQ(thread::configure(thread, kOwnCSpace, kOwnVSpace, 0), 0);
    EXPECT_EQ(thread::configure(thread, kOwnCSpace, kOwnVSpace, 0), 0);  // the same once more
    EXPECT_EQ(thread::resume(thread), 0);
    EXPECT(comes_true([&] { return word == 1; }));
    EXPECT_EQ(space::close(thread), 0);
}

void make_the_call(Word& number) {
    const long result = system_call(std::int64_t(number));
    number = std::uint64_t(result);
}

/// No number from 0 on is a system call any more. Who makes one stops; unknown ones below 0 are errors.
void old_numbers() {
    for (const std::uint64_t number : {0ul, 3ul, 14ul, 15ul, 64ul, 1000ul, ~0ul >> 1}) {
        Word word = number;
        const long thread = prepare(make_the_call, word, 0);
        EXPECT_EQ(thread::resume(thread), 0);
        EXPECT(becomes(thread, ThreadState::Inactive));
        EXPECT_EQ(word, number);  // it did not go on
        EXPECT_EQ(space::close(thread), 0);
    }
    EXPECT(system_call(std::int64_t(-18)) < 0);
}

// --- console ------------------------------------------------------------------------------------------------

void read_one(Word& word) {
    char key = 0;
    console::read(&key, 1);
    word = std::uint64_t(key);
}

/// A thread that is suspended while it waits for the console does not get what is typed. The script types "xy".
void suspended_reader() {
    Word first = 0, second = 0;
    const long reader = prepare(read_one, first, 0), other = prepare(read_one, second, 1);
    for (const long thread : {reader, other}) EXPECT_EQ(thread::resume(thread), 0);
    for (const long thread : {reader, other}) EXPECT(becomes(thread, ThreadState::BlockedRecv));
    EXPECT_EQ(thread::suspend(reader), 0);
    EXPECT_EQ(space::close(other), 0);
    console::write("now type\n");
    char key = 0;
    console::read(&key, 1);
    EXPECT_EQ(key, 'x');
    EXPECT(is_in(reader, ThreadState::Inactive));
    EXPECT_EQ(first, 0);
    EXPECT_EQ(thread::resume(reader), 0);  // now it reads again
    while (first == 0 && !has_failed()) thread::yield();  // the key comes when the host has time
    EXPECT_EQ(first, 'y');
    EXPECT_EQ(second, 0);
    EXPECT_EQ(space::close(reader), 0);
}

constexpr Case kCases[] = {
    {"priority", has_the_makers_priority}, {"clean", begins_clean},
    {"refused", refused_changes_nothing},  {"handed_on", handed_on},
    {"old_numbers", old_numbers},          {"suspended_reader", suspended_reader},
};

}  // namespace

int main() { run_cases(kCases); }
