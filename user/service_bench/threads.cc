// SPDX-License-Identifier: MIT
// Threads: making one and waiting for its end, and handing over from one to another.
#include "threads.h"

#include "glenda/environment.h"
#include "glenda/futex.h"
#include "glenda/process.h"
#include "glenda/sync.h"
#include "glenda/thread.h"
#include "glenda/time.h"
#include "util/bits.h"

namespace glenda::bench {

namespace {

std::int64_t nothing(void*) { return 0; }

/// A mutex that two threads want all the time goes from one to the other with each unlock.
constinit Mutex mutex;
constinit bool is_over = false;

std::int64_t take_turns(void*) {
    for (bool done = false; !done;) {
        mutex.lock();
        done = is_over;
        mutex.unlock();
    }
    return 0;
}

/// Two semaphores, and two threads that wait for each other.
constinit Semaphore ping, pong;

std::int64_t answer_all(void* rounds) {
    for (std::uint64_t i = 0; i < *static_cast<std::uint64_t*>(rounds); i++) {
        ping.wait();
        pong.signal();
    }
    return 0;
}

using Word = std::atomic<std::uint32_t>;

/// The same with a word of shared memory, and Factotum.
void pass(Word& word, std::uint32_t from, std::uint32_t to) {
    while (word != from) (void)process::futex_wait(word, to);
    word = to;
    (void)process::futex_wake(word, 1);
}

}  // namespace

bool create_and_join() {
    auto thread = Thread::start(nothing, nullptr);
    return thread && thread->join();
}

std::uint64_t hand_over_mutex(std::uint64_t times) {
    mutex.lock();
    auto other = Thread::start(take_turns, nullptr);
    if (!other) return 0;
    process::yield();  // it waits for the mutex
    const std::uint64_t begin = read_cycle();
    for (std::uint64_t i = 0; i < times / 2; i++) {
        mutex.unlock();
        mutex.lock();
    }
    const std::uint64_t cycles = read_cycle() - begin;
    is_over = true;
    mutex.unlock();
    return other->join() ? cycles : 0;
}

std::uint64_t pass_semaphore(std::uint64_t rounds) {
    auto other = Thread::start(answer_all, &rounds);
    if (!other) return 0;
    const std::uint64_t begin = read_cycle();
    for (std::uint64_t i = 0; i < rounds; i++) {
        ping.signal();
        pong.wait();
    }
    const std::uint64_t cycles = read_cycle() - begin;
    return other->join() ? cycles : 0;
}

std::uint64_t pass_futex(std::uint64_t rounds) {
    const auto page = process::map(kPageSize, MapFlags::ReadWrite, MmapFlags::Shared);
    if (!page) return 0;
    auto& word = *reinterpret_cast<Word*>(*page);
    const auto pid = process::fork();
    if (!pid) return 0;
    if (*pid == 0) {
        for (std::uint64_t i = 0; i < rounds; i++) pass(word, 1, 0);
        glenda::exit(0);
    }
    const std::uint64_t begin = read_cycle();
    for (std::uint64_t i = 0; i < rounds; i++) pass(word, 0, 1);
    while (word != 0) (void)process::futex_wait(word, 1);
    const std::uint64_t cycles = read_cycle() - begin;
    return process::wait(std::int64_t(*pid)) ? cycles : 0;
}

}  // namespace glenda::bench
