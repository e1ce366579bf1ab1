// SPDX-License-Identifier: MIT
// Threads of this program. They share its memory and capabilities; each has its own stack, thread-local variables and
// UTCB.
//
//     const auto thread = Thread::start([](void* argument) -> std::int64_t { ... }, &something);
//     const auto result = thread->join();
//
// The program ends when main returns, or any thread calls exit(), whatever the other threads do.
#pragma once

#include <cstddef>
#include <cstdint>

#include "abi/message.h"
#include "protocol/errors.h"

namespace glenda {

class Thread {
public:
    using Main = std::int64_t (*)(void* argument);
    static constexpr std::size_t kStackSize = 64 * 1024;

    /// Starts a thread that runs `main(argument)`. What that returns is what join() returns. Errors: TooMany,
    /// OutOfMemory.
    static Answer<Thread> start(Main main, void* argument, std::size_t stack_size = kStackSize);
    /// Waits for the thread's end, and frees its stack. Once: NotFound.
    Answer<std::int64_t> join();

    /// Its number in this system (tid), which no other thread ever has.
    std::uint64_t number() const { return number_; }

    /// What a new thread does, on its own stack: see thread.cc.
    struct Block;
    [[noreturn]] static void run(Block* block, Utcb* page);

private:
    static Block* take_block(std::size_t stack_size);
    static void give_block(Block* block);
    Thread(std::uint64_t number, Block* block) : number_(number), block_(block) {}

    std::uint64_t number_;
    Block* block_;
};

}  // namespace glenda
