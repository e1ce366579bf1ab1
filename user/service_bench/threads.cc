// SPDX-License-Identifier: MIT
// Threads: making one and waiting for its end, and handing over from one to another.
#include "threads.h"

#include "glenda/process.h"
#include "glenda/sync.h"
#include "glenda/thread.h"
#include "glenda/time.h"

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

/// The same with a word of memory and Factotum.
constinit std::atomic<std::uint32_t> word{0};

void pass(std::uint32_t from, std::uint32_t to) {
    while (word != from) (void)process::futex_wait(word, to);
    word = to;
    (void)process::futex_wake(word, 1);
}

std::int64_t pass_back(void* rounds) {
    for (std::uint64_t i = 0; i < *static_cast<std::uint64_t*>(rounds); i++) pass(1, 0);
    return 0;
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
    auto other = Thread::start(pass_back, &rounds);
    if (!other) return 0;
    const std::uint64_t begin = read_cycle();
    for (std::uint64_t i = 0; i < rounds; i++) pass(0, 1);
    while (word != 0) (void)process::futex_wait(word, 1);
    const std::uint64_t cycles = read_cycle() - begin;
    return other->join() ? cycles : 0;
}

}  // namespace glenda::bench
