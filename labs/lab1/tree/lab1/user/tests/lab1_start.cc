// SPDX-License-Identifier: MIT
// Starting programs when something has run out: exercise 1.7. The shell's run.cc is part of this program. Whatever is
// missing, and at whichever step, a start that fails leaves as much as there was.
#include "run.h"
#include "tests/common/threads.h"

using namespace glenda;
using namespace glenda::check;

namespace {

constexpr unsigned kMost = 100;  // pages: more than `hello` needs
constexpr unsigned kOften = 70;  // more than there are spaces or threads

/// Starts `hello` and waits for its end. Returns false if it could not be started.
bool runs() {
    static char name[] = "hello";
    char* arguments[] = {name, nullptr};
    const shell::Job job = shell::start(arguments);
    if (job < 0) return false;
    const shell::Ended ended = shell::wait_for_one();
    EXPECT_EQ(ended.job, job);
    EXPECT_EQ(ended.status, 0);
    return true;
}

/// Maps new pages from kArea on until there is no memory left. Returns the end of what is mapped.
std::uint64_t take_all_memory() {
    std::uint64_t end = kArea;
    for (std::size_t bytes = 16 << 20; bytes >= kPageSize;) {
        if (space::map(kOwnVSpace, end, bytes, MapFlags::ReadWrite) == 0)
            end += bytes;
        else
            bytes /= 2;
    }
    return end;
}

void give_back(std::uint64_t begin, std::uint64_t end) { EXPECT_EQ(space::unmap(kOwnVSpace, begin, end - begin), 0); }

/// With no memory, with one page, with two, and so on, until it is enough.
void with_little_memory() {
    EXPECT(runs());
    give_back(kArea, take_all_memory());  // the tables for that stay
    const std::uint64_t all = take_all_memory();
    std::uint64_t end = all;
    for (unsigned pages = 0; pages < kMost && !has_failed() && !runs(); pages++) {
        end -= kPageSize;
        give_back(end, end + kPageSize);
    }
    EXPECT(runs());
    give_back(kArea, end);
    EXPECT_EQ(take_all_memory(), all);  // nothing was left behind
    give_back(kArea, all);
}

/// Handles that keep others from being made.
struct Handles {
    long numbers[kMaxHandles] = {};
    unsigned count = 0;

    /// Makes threads until there is no handle left, or no thread.
    void fill() {
        while (count < kMaxHandles && (numbers[count] = thread::create()) >= 0) count++;
    }
    void close_one() { EXPECT_EQ(space::close(numbers[--count]), 0); }
};

/// With no handle, with one, and so on.
void with_few_handles() {
    EXPECT(runs());
    Handles handles;
    handles.fill();
    const unsigned all = handles.count;
    for (unsigned free = 0; free < all && !has_failed() && !runs(); free++) {
        handles.fill();
        EXPECT_EQ(handles.count, all);  // those that were free are free again
        for (unsigned i = 0; i <= free; i++) handles.close_one();
    }
    EXPECT(runs());
    while (handles.count > 0) handles.close_one();
    handles.fill();
    EXPECT_EQ(handles.count, all);
    while (handles.count > 0) handles.close_one();
}

void make_threads(Word& word) {
    while (thread::create() >= 0) {
    }
    word = 1;
}

/// All threads that there can be are there, and handles are left.
void without_a_thread() {
    Word words[2] = {};
    long makers[2];
    for (unsigned i = 0; i < 2; i++) {  // each fills a CSpace of its own
        const long cspace = space::create_cspace();
        makers[i] = prepare(make_threads, words[i], i);
        EXPECT_EQ(thread::configure(makers[i], cspace, kOwnVSpace, 0), 0);
        EXPECT_EQ(space::close(cspace), 0);
        EXPECT_EQ(thread::resume(makers[i]), 0);
        EXPECT(comes_true([&] { return words[i] == 1; }));
    }
    Handles handles;
    handles.fill();
    for (unsigned i = 0; i < kOften && !has_failed(); i++) EXPECT(!runs());
    while (handles.count > 0) handles.close_one();
    EXPECT(runs());
    for (const long maker : makers) EXPECT_EQ(space::close(maker), 0);  // and with it its CSpace, and those threads
    for (unsigned i = 0; i < kOften && !has_failed(); i++) EXPECT(runs());
}

constexpr Case kCases[] = {
    {"start_memory", with_little_memory},
    {"start_handles", with_few_handles},
    {"start_threads", without_a_thread},
};

}  // namespace

int main() { run_cases(kCases); }
