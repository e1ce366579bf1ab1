// SPDX-License-Identifier: MIT
// See thread.h.
#include "glenda/thread.h"

#include "glenda/parking.h"
#include "glenda/process.h"
#include "glenda/tls.h"
#include "util/bits.h"

namespace glenda {

/// Lies at the end of the memory of a thread. The free page below catches an overflow of the stack.
///
///   start                                                       end
///   | stack (grows down)           | Block | thread-local variables |
struct Thread::Block {
    std::uint64_t start;
    std::uint64_t size;
    Main main;
    void* argument;
    Block* next;  // of those that are kept

    static std::uint64_t size_for(std::size_t stack_size) {
        return align_up(stack_size + sizeof(Block) + tls_block_size() + tls_block_alignment(), kPageSize);
    }
    static Block* make(std::size_t stack_size);
    std::uint64_t stack_top() const { return align_down(reinterpret_cast<std::uint64_t>(this), 16); }
    void* variables() { return this + 1; }
};

namespace {

/// The first instructions of a thread: a0 = its Block, a1 = its UTCB; sp and tp are set.
[[gnu::naked]] void enter_thread() {
    asm(".option push\n"
        ".option norelax\n"
        "la gp, __global_pointer$\n"
        ".option pop\n"
        "mv ra, zero\n"
        "mv fp, zero\n"
        "tail glenda_run_thread\n");
}

}  // namespace

Thread::Block* Thread::Block::make(std::size_t stack_size) {
    const std::uint64_t size = size_for(stack_size);
    const auto start = process::map(size);
    if (!start) return nullptr;
    const std::uint64_t variables = align_down(*start + size - tls_block_size(), tls_block_alignment());
    auto* const block = reinterpret_cast<Block*>(variables - sizeof(Block));
    block->start = *start;
    block->size = size;
    return block;
}

void Thread::run(Block* block, Utcb* page) {
    thread_utcb = page;
    const std::int64_t status = block->main(block->argument);
    leave_parker();
    process::end_thread(status);
}

Answer<Thread> Thread::start(Main main, void* argument, std::size_t stack_size) {
    Block* const block = take_block(stack_size);
    CHECK(block != nullptr, ServerError::OutOfMemory);
    block->main = main;
    block->argument = argument;
    const process::ThreadRequest request{.pc = reinterpret_cast<std::uint64_t>(&enter_thread),
                                         .sp = block->stack_top(),
                                         .argument = reinterpret_cast<std::uint64_t>(block),
                                         .tp = init_tls_block(block->variables(), nullptr)};
    const auto number = process::start_thread(request);
    if (number) return Thread(*number, block);
    give_block(block);
    return Refusal(number.error());
}

Answer<std::int64_t> Thread::join() {
    TRY(status, process::join_thread(number_));
    give_block(block_);
    return std::int64_t(status);
}

namespace {

constexpr unsigned kMostKept = 4;
constinit SpinLock kept_lock;
constinit void* kept = nullptr;  // a list of Blocks with stacks of the usual size
constinit unsigned kept_count = 0;

}  // namespace

/// A kept one, or a new one; null if there is no memory.
Thread::Block* Thread::take_block(std::size_t stack_size) {
    if (stack_size == kStackSize) {
        Guard guard(kept_lock);
        auto* const block = static_cast<Block*>(kept);
        if (block != nullptr) {
            kept = block->next;
            kept_count--;
            return block;
        }
    }
    return Block::make(stack_size);
}

/// Keeps a few stacks, for the next threads.
void Thread::give_block(Block* block) {
    if (block->size == Block::size_for(kStackSize)) {
        Guard guard(kept_lock);
        if (kept_count < kMostKept) {
            block->next = static_cast<Block*>(kept);
            kept = block;
            kept_count++;
            return;
        }
    }
    (void)process::unmap(block->start, block->size);
}

}  // namespace glenda

extern "C" [[noreturn]] void glenda_run_thread(glenda::Thread::Block* block, glenda::Utcb* page) {
    glenda::Thread::run(block, page);
}
