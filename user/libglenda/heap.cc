// SPDX-License-Identifier: MIT
// See heap.h.
#include "glenda/heap.h"

#include <algorithm>

#include "util/bits.h"

namespace glenda {

namespace {

constexpr std::size_t kAlignment = 16;
constexpr std::size_t kHeader = 8;
constexpr std::size_t kUsed = 1;      // the block is in use
constexpr std::size_t kLeftUsed = 2;  // the block on the left is in use or does not exist
constexpr std::size_t kFlags = kUsed | kLeftUsed;
constexpr std::size_t kMinimum = 32;  // header, two links, trailing size
constexpr std::size_t kLargest = std::size_t{1} << 46;

/// The size of a block for a payload of `bytes`.
std::size_t block_size(std::size_t bytes) {
    return std::max(kMinimum, (bytes + kHeader + kAlignment - 1) & ~(kAlignment - 1));
}

unsigned bin_of(std::size_t size) { return highest_bit(size); }

}  // namespace

/// Starts 8 bytes before a multiple of 16, which aligns the payload. A block of size 0 ends a piece of memory.
struct Heap::Block {
    std::size_t head;  // size and flags
    Block* next;       // the links of a free block
    Block* previous;

    static Block* of(void* payload) { return reinterpret_cast<Block*>(static_cast<std::byte*>(payload) - kHeader); }
    std::byte* start() { return reinterpret_cast<std::byte*>(this); }
    void* payload() { return start() + kHeader; }
    std::size_t size() const { return head & ~kFlags; }
    bool is_used() const { return (head & kUsed) != 0; }
    bool left_is_used() const { return (head & kLeftUsed) != 0; }
    Block* right() { return reinterpret_cast<Block*>(start() + size()); }
    /// Precondition: the block on the left is free.
    Block* left() { return reinterpret_cast<Block*>(start() - reinterpret_cast<std::size_t*>(this)[-1]); }
    /// Writes the size at the end, where the right neighbour reads it.
    void write_end() { reinterpret_cast<std::size_t*>(start() + size())[-1] = size(); }
};

void Heap::insert(Block* block) {
    block->write_end();
    block->right()->head &= ~kLeftUsed;
    const unsigned bin = bin_of(block->size());
    block->previous = nullptr;
    block->next = bins_[bin];
    if (block->next != nullptr) block->next->previous = block;
    bins_[bin] = block;
    filled_ |= std::uint64_t{1} << bin;
}

void Heap::remove(Block* block) {
    const unsigned bin = bin_of(block->size());
    if (block->next != nullptr) block->next->previous = block->previous;
    if (block->previous != nullptr)
        block->previous->next = block->next;
    else
        bins_[bin] = block->next;
    if (bins_[bin] == nullptr) filled_ &= ~(std::uint64_t{1} << bin);
}

/// Finds a free block of at least `size`: the first fit in its bin, or else any block of the next non-empty bin.
Heap::Block* Heap::find(std::size_t size) {
    const unsigned bin = bin_of(size);
    for (Block* block = bins_[bin]; block != nullptr; block = block->next) {
        if (block->size() >= size) return block;
    }
    const std::uint64_t larger = filled_ & ~((std::uint64_t{2} << bin) - 1);
    return larger == 0 ? nullptr : bins_[lowest_bit(larger)];
}

/// Gets at least `bytes` from the hook and makes a free block of them. A piece ends with the header of a used block of
/// size 0. If a new piece directly follows the last one, the new block replaces that header.
bool Heap::add_memory(std::size_t bytes) {
    const std::span<std::byte> piece = grow_(bytes + 2 * kAlignment);
    if (piece.size() < 2 * kAlignment + kMinimum) return false;
    std::byte* const end = piece.data() + piece.size() / kAlignment * kAlignment;
    Block* block;
    if (piece.data() == end_) {
        block = reinterpret_cast<Block*>(end_ - kHeader);
    } else {
        block = reinterpret_cast<Block*>(piece.data() + kHeader);
        block->head = kLeftUsed;
        statistics_.pieces++;
    }
    const std::size_t size = end - kHeader - block->start();
    block->head = size | kUsed | (block->head & kLeftUsed);
    block->right()->head = kUsed | kLeftUsed;
    end_ = end;
    statistics_.total += end - piece.data();
    statistics_.used += size;
    statistics_.blocks++;
    release(block);
    return true;
}

/// Frees a used block and merges it with its free neighbours.
void Heap::release(Block* block) {
    statistics_.used -= block->size();
    statistics_.blocks--;
    std::size_t size = block->size();
    if (Block* right = block->right(); !right->is_used()) {
        remove(right);
        size += right->size();
    }
    if (!block->left_is_used()) {
        block = block->left();
        remove(block);
        size += block->size();
    }
    block->head = size | (block->head & kLeftUsed);
    insert(block);
}

/// Shrinks a used block to `size`, if the rest is large enough for a block.
void Heap::split(Block* block, std::size_t size) {
    const std::size_t rest = block->size() - size;
    if (rest < kMinimum) return;
    block->head = size | (block->head & kFlags);
    block->right()->head = rest | kUsed | kLeftUsed;
    statistics_.blocks++;
    release(block->right());
}

void* Heap::allocate(std::size_t bytes) {
    if (bytes > kLargest) return nullptr;
    const std::size_t size = block_size(bytes);
    Block* block = find(size);
    if (block == nullptr) {
        if (!add_memory(size)) return nullptr;
        block = find(size);
        if (block == nullptr) return nullptr;
    }
    remove(block);
    block->head |= kUsed;
    block->right()->head |= kLeftUsed;
    statistics_.used += block->size();
    statistics_.blocks++;
    split(block, size);
    return block->payload();
}

void* Heap::allocate_aligned(std::size_t bytes, std::size_t alignment) {
    if (alignment <= kAlignment) return allocate(bytes);
    if (bytes > kLargest || alignment > kLargest) return nullptr;
    void* const payload = allocate(bytes + alignment + kMinimum);
    if (payload == nullptr) return nullptr;
    Block* block = Block::of(payload);
    const auto address = reinterpret_cast<std::uintptr_t>(payload);
    std::uintptr_t aligned = (address + alignment - 1) & ~(alignment - 1);
    if (aligned != address) {
        // The gap becomes a block of its own, so it must be large enough for one.
        if (aligned - address < kMinimum) aligned += alignment;
        const std::size_t front = aligned - address;
        Block* const rest = reinterpret_cast<Block*>(block->start() + front);
        rest->head = (block->size() - front) | kUsed | kLeftUsed;
        block->head = front | (block->head & kFlags);
        statistics_.blocks++;
        release(block);
        block = rest;
    }
    split(block, block_size(bytes));
    return block->payload();
}

void* Heap::resize(void* pointer, std::size_t bytes) {
    if (pointer == nullptr) return allocate(bytes);
    if (bytes > kLargest) return nullptr;
    Block* const block = Block::of(pointer);
    if (!block->is_used()) heap_corrupted("a block was resized after it had been freed");
    const std::size_t size = block_size(bytes);
    if (Block* right = block->right();
        size > block->size() && !right->is_used() && block->size() + right->size() >= size) {
        remove(right);
        statistics_.used += right->size();
        block->head += right->size();
        block->right()->head |= kLeftUsed;
    }
    if (size <= block->size()) {
        split(block, size);
        return pointer;
    }
    void* const moved = allocate(bytes);
    if (moved == nullptr) return nullptr;
    __builtin_memcpy(moved, pointer, usable_size(pointer));
    free(pointer);
    return moved;
}

void Heap::free(void* pointer) {
    if (pointer == nullptr) return;
    if (reinterpret_cast<std::uintptr_t>(pointer) % kAlignment != 0)
        heap_corrupted("a pointer was freed that is none of its blocks");
    Block* const block = Block::of(pointer);
    if (!block->is_used() || block->size() == 0)
        heap_corrupted("a block was freed twice, or its header was overwritten");
    if (!block->right()->left_is_used()) heap_corrupted("a block was freed whose header or end was overwritten");
    release(block);
}

std::size_t Heap::usable_size(const void* pointer) { return Block::of(const_cast<void*>(pointer))->size() - kHeader; }

bool Heap::check() const {
    std::size_t free_bytes = 0;
    for (unsigned bin = 0; bin < kBins; bin++) {
        if ((bins_[bin] != nullptr) != ((filled_ >> bin & 1) != 0)) return false;
        const Block* previous = nullptr;
        for (Block* block = bins_[bin]; block != nullptr; previous = block, block = block->next) {
            const std::size_t size = block->size();
            if (block->is_used() || !block->left_is_used() || block->previous != previous) return false;
            if (bin_of(size) != bin || size < kMinimum || size % kAlignment != 0) return false;
            if (reinterpret_cast<std::size_t*>(block->start() + size)[-1] != size) return false;
            if (!block->right()->is_used() || block->right()->left_is_used()) return false;
            free_bytes += size;
        }
    }
    return statistics_.total == statistics_.used + free_bytes + statistics_.pieces * 2 * kHeader;
}

}  // namespace glenda
