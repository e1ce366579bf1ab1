// SPDX-License-Identifier: MIT
// Lab 5, exercise 5.9: who waits at a word, who is woken, and how many they were.
#include "glenda/futex.h"
#include "glenda/thread.h"
#include "lab5_case.h"
#include "util/bits.h"

namespace glenda::lab5 {

namespace {

using Word = std::atomic<std::uint32_t>;

/// A thread that waits at a word once, and what came of it.
struct Sleeper {
    const Word* word;
    std::int64_t microseconds;
    std::atomic<bool> is_awake;
    std::atomic<bool> is_late;  // its time was up
};

std::int64_t sleep_at_word(void* place) {
    auto& mine = *static_cast<Sleeper*>(place);
    const auto woken = process::futex_wait(*mine.word, mine.word->load(), mine.microseconds);
    mine.is_late = outcome(woken) == "TimedOut";
    mine.is_awake = true;
    stop();
}

Sleeper sleepers[64];
unsigned used = 0;

/// Starts threads that wait at a word, one after the other.
Sleeper* start(const Word& word, unsigned count, std::int64_t microseconds = kNoTimeout) {
    Sleeper* const first = &sleepers[used];
    for (unsigned i = 0; i < count; i++) {
        sleepers[used].word = &word;
        sleepers[used].microseconds = microseconds;
        (void)NEED(Thread::start(sleep_at_word, &sleepers[used++], 8192));
        (void)process::sleep(2);  // it waits now
    }
    return first;
}
std::uint64_t wake(const Word& word, std::uint64_t count) {
    const std::uint64_t woken = NEED(process::futex_wake(word, count));
    (void)process::sleep(2);
    return woken;
}
unsigned awake(const Sleeper* first, unsigned count) {
    unsigned sum = 0;
    for (unsigned i = 0; i < count; i++) sum += first[i].is_awake;
    return sum;
}

/// As many as are asked for, as many as there are, and those that have waited longest.
void counts() {
    static Word word = 1;
    const Sleeper* const five = start(word, 5);
    EXPECT_EQ(awake(five, 5), 0u);
    EXPECT_EQ(wake(word, 0), std::uint64_t{0});
    EXPECT_EQ(awake(five, 5), 0u);
    EXPECT_EQ(wake(word, 1), std::uint64_t{1});
    EXPECT(five[0].is_awake && awake(five, 5) == 1);
    EXPECT_EQ(wake(word, 2), std::uint64_t{2});
    EXPECT(five[1].is_awake && five[2].is_awake && awake(five, 5) == 3);
    EXPECT_EQ(wake(word, ~std::uint64_t{0}), std::uint64_t{2});
    EXPECT_EQ(awake(five, 5), 5u);
    EXPECT_EQ(wake(word, 100), std::uint64_t{0});
    for (unsigned i = 0; i < 5; i++) EXPECT(!five[i].is_late);
}

/// However many are asked for, no more than kMostWoken are woken by one request: process::futex_wake() sends several.
void many() {
    static Word word = 1;
    const Sleeper* const all = start(word, kMostWoken + 2);
    const auto address = reinterpret_cast<std::uint64_t>(&word);
    const auto answer = ask(environment().factotum, FactotumMethod::FutexWake, address, std::uint64_t{1000});
    EXPECT(answer.has_value());
    EXPECT_EQ(answer->words[0], kMostWoken);
    (void)process::sleep(2);
    EXPECT_EQ(std::uint64_t{awake(all, kMostWoken + 2)}, kMostWoken);
    EXPECT_EQ(wake(word, 1000), std::uint64_t{2});
}

/// Many words, also with one bucket in common: who wakes one wakes nobody else.
void other_words() {
    static Word words[16 * 1024];
    const Sleeper* const here = start(words[0], 1);
    const Sleeper* const there = start(words[1], 2);
    for (std::size_t i = 2; i < std::size(words); i += 7)
        EXPECT_EQ(NEED(process::futex_wake(words[i], 1)), std::uint64_t{0});
    EXPECT_EQ(awake(here, 1) + awake(there, 2), 0u);
    EXPECT_EQ(wake(words[1], 5), std::uint64_t{2});
    EXPECT_EQ(awake(here, 1), 0u);
    EXPECT_EQ(wake(words[0], 5), std::uint64_t{1});
}

/// The word has changed before the thread waits: it does not wait, and is not counted.
void changed() {
    static Word word = 4;
    EXPECT_EQ(outcome(process::futex_wait(word, 5)), std::string_view("NotReady"));
    EXPECT_EQ(outcome(process::futex_wait(word, 5, 1000)), std::string_view("NotReady"));
    word = 5;
    EXPECT_EQ(outcome(process::futex_wait(word, 4)), std::string_view("NotReady"));
    EXPECT_EQ(wake(word, 9), std::uint64_t{0});
}

/// Time-outs are not short, not much too long, and who has gone is not counted.
void timeouts() {
    static Word word = 0;
    for (const std::int64_t microseconds : {0, 1, 2500, 30'000}) {
        const std::uint64_t begin = read_time();
        EXPECT_EQ(outcome(process::futex_wait(word, 0, microseconds)), std::string_view("TimedOut"));
        const std::uint64_t took = (read_time() - begin) / 10;  // QEMU's virt machine counts 10 MHz
        EXPECT(took >= std::uint64_t(microseconds));
        EXPECT(took <= std::uint64_t(microseconds) + 10'000);
    }
    while (read_time() % 10'000 < 8'000) {  // late in a millisecond
    }
    const std::uint64_t begin = read_time();
    EXPECT_EQ(outcome(process::futex_wait(word, 0, 2900)), std::string_view("TimedOut"));
    EXPECT((read_time() - begin) / 10 >= 2900);
    const Sleeper* const early = start(word, 2, 20'000);
    const Sleeper* const late = start(word, 3);
    EXPECT(comes_true([&] { return awake(early, 2) == 2; }, 100));
    EXPECT(early[0].is_late && early[1].is_late);
    EXPECT_EQ(wake(word, 4), std::uint64_t{3});
    EXPECT(!late[0].is_late && !late[1].is_late && !late[2].is_late);
    const Sleeper* const woken = start(word, 1, 10'000);
    EXPECT_EQ(wake(word, 1), std::uint64_t{1});
    (void)process::sleep(30);  // its deadline passes, and means nothing
    EXPECT(!woken->is_late);
    EXPECT_EQ(NEED(process::audit()), std::uint64_t{0});
}

/// What two processes share, at two addresses.
struct Shared {
    Word word;
    Word ready;
};

/// Starts a process that waits at the word of an object which it maps where it wants.
std::uint64_t start_process(CPtr object, std::int64_t microseconds) {
    const std::uint64_t pid = NEED(process::fork());
    if (pid != 0) return pid;
    (void)NEED(process::map(3 * kPageSize));
    auto& mine = *reinterpret_cast<Shared*>(NEED(process::map_object(object, kPageSize, kPageSize)) + 0x40);
    mine.ready++;
    glenda::exit(outcome(process::futex_wait(mine.word, 0, microseconds)) == "Ok" ? 7 : 1);
}

void shared() {
    constexpr CPtr kObject = 40;
    (void)NEED(process::create_memory(2, kObject));
    const std::uint64_t map = NEED(process::map_object(kObject, 0, 2 * kPageSize));
    auto& ours = *reinterpret_cast<Shared*>(map + kPageSize + 0x40);
    const std::uint64_t first = start_process(kObject, kNoTimeout), second = start_process(kObject, kNoTimeout);
    EXPECT(comes_true([&] { return ours.ready == 2; }));
    (void)process::sleep(5);
    EXPECT_EQ(NEED(process::futex_wake(*reinterpret_cast<Word*>(map + 0x40), 9)), std::uint64_t{0});  // page 0
    EXPECT_EQ(NEED(process::futex_wake(ours.ready, 9)), std::uint64_t{0});                            // the next word
    EXPECT_EQ(NEED(process::futex_wake(ours.word, 1)), std::uint64_t{1});
    EXPECT_EQ(NEED(process::wait(kAnyChild)).status.code(), std::int32_t{7});
    NEED(process::kill(second, 9));  // who has been killed waits no more
    EXPECT_EQ(NEED(process::wait(kAnyChild)).pid, second);
    EXPECT_EQ(NEED(process::futex_wake(ours.word, 9)), std::uint64_t{0});
    EXPECT(first != second);
}

/// A private copy of the object is no part of it: its words are the process's own, and are known by their address.
void private_copies() {
    constexpr CPtr kObject = 41;
    (void)NEED(process::create_memory(1, kObject));
    const std::uint64_t map = NEED(process::map_object(kObject, 0, kPageSize));
    const std::uint64_t copy = NEED(process::map_object(kObject, 0, kPageSize, MapFlags::ReadWrite, MmapFlags::None));
    auto &ours = *reinterpret_cast<Word*>(map), &mine = *reinterpret_cast<Word*>(copy);
    mine = 0;
    const Sleeper* const there = start(ours, 1);
    const Sleeper* const here = start(mine, 2);
    EXPECT_EQ(wake(ours, 9), std::uint64_t{1});
    EXPECT(there->is_awake && awake(here, 2) == 0);
    EXPECT_EQ(wake(mine, 9), std::uint64_t{2});
}

/// Nobody has touched the word's page: it comes, and is zero.
void untouched() {
    const std::uint64_t map = NEED(process::map(2 * kPageSize));
    auto& word = *reinterpret_cast<Word*>(map + kPageSize + 0x124);
    EXPECT_EQ(outcome(process::futex_wait(word, 1)), std::string_view("NotReady"));
    EXPECT_EQ(outcome(process::futex_wait(word, 0, 1000)), std::string_view("TimedOut"));
}

/// Private memory is at the same address in a child, and is another word.
void separate() {
    static Word word = 0;
    const std::uint64_t child = NEED(process::fork());
    if (child == 0) {
        const bool is_late = outcome(process::futex_wait(word, 0, 60'000)) == "TimedOut";
        glenda::exit(is_late ? 8 : 1);
    }
    (void)process::sleep(20);
    EXPECT_EQ(NEED(process::futex_wake(word, 9)), std::uint64_t{0});
    EXPECT_EQ(NEED(process::wait(std::int64_t(child))).status.code(), std::int32_t{8});
}

/// Words that cannot be: not aligned, not mapped.
void wrong() {
    static Word words[2];
    const auto& odd = *reinterpret_cast<const Word*>(reinterpret_cast<const char*>(words) + 2);
    const auto& nowhere = *reinterpret_cast<const Word*>(0x7'0000'0000);
    EXPECT_EQ(outcome(process::futex_wait(odd, 0)), std::string_view("BadRequest"));
    EXPECT_EQ(outcome(process::futex_wake(odd, 1)), std::string_view("BadRequest"));
    EXPECT_EQ(outcome(process::futex_wait(nowhere, 0)), std::string_view("NotFound"));
    EXPECT_EQ(outcome(process::futex_wake(nowhere, 1)), std::string_view("NotFound"));
}

constexpr Case kCases[] = {{"counts", counts},      {"many", many},         {"other_words", other_words},
                           {"changed", changed},    {"timeouts", timeouts}, {"shared", shared},
                           {"separate", separate},  {"wrong", wrong},       {"private_copies", private_copies},
                           {"untouched", untouched}};

}  // namespace

}  // namespace glenda::lab5

int main(int argc, char** argv) { glenda::lab5::run_cases(argc, argv, glenda::lab5::kCases); }
