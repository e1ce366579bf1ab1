// SPDX-License-Identifier: MIT
// See allocate.h: malloc, free, operator new and delete over one Heap.
#include "glenda/allocate.h"

#include <new>

#include "glenda/environment.h"
#include "glenda/panic.h"
#include "glenda/process.h"
#include "glenda/sync.h"

namespace glenda {

namespace {

alignas(16) constinit std::byte static_heap[kStaticHeapSize];
constinit bool static_heap_taken = false;

/// The smallest amount that a process requests from Factotum.
constexpr std::size_t kGrowStep = 64 * 1024;

std::span<std::byte> grow_by_break(std::size_t bytes) {
    const std::size_t step = (bytes + kGrowStep - 1) / kGrowStep * kGrowStep;
    const Answer<std::uint64_t> end = process::sbrk(static_cast<std::int64_t>(step));
    if (!end) return {};
    return {reinterpret_cast<std::byte*>(*end - step), step};
}

std::span<std::byte> grow_static(std::size_t bytes) {
    if (static_heap_taken || bytes > sizeof(static_heap)) return {};
    static_heap_taken = true;
    return static_heap;
}

constinit Heap::Grow grow_hook = nullptr;

std::span<std::byte> grow(std::size_t bytes) {
    if (grow_hook != nullptr) return grow_hook(bytes);
    return environment().kind == StartKind::Process ? grow_by_break(bytes) : grow_static(bytes);
}

constinit Heap heap(grow);
constinit Mutex heap_mutex;  // one thread at a time

}  // namespace

Heap& program_heap() { return heap; }
void set_heap_grow(Heap::Grow hook) { grow_hook = hook; }

}  // namespace glenda

extern "C" {

void* malloc(std::size_t bytes) {
    glenda::Guard guard(glenda::heap_mutex);
    return glenda::heap.allocate(bytes);
}

void* calloc(std::size_t count, std::size_t bytes) {
    std::size_t total;
    if (__builtin_mul_overflow(count, bytes, &total)) return nullptr;
    void* const pointer = malloc(total);
    if (pointer != nullptr) __builtin_memset(pointer, 0, total);
    return pointer;
}

void* realloc(void* pointer, std::size_t bytes) {
    glenda::Guard guard(glenda::heap_mutex);
    return glenda::heap.resize(pointer, bytes);
}

void free(void* pointer) {
    glenda::Guard guard(glenda::heap_mutex);
    glenda::heap.free(pointer);
}

}  // extern "C"

namespace {

/// Without exceptions `new` cannot report failure. Code that handles it calls malloc.
void* checked(void* pointer, std::size_t bytes) {
    if (pointer == nullptr) glenda::panic("out of memory: {} bytes", bytes);
    return pointer;
}

void* aligned(std::size_t bytes, std::align_val_t alignment) {
    glenda::Guard guard(glenda::heap_mutex);
    return glenda::heap.allocate_aligned(bytes, std::size_t(alignment));
}

}  // namespace

void* operator new(std::size_t bytes) { return checked(malloc(bytes), bytes); }
void* operator new[](std::size_t bytes) { return checked(malloc(bytes), bytes); }
void* operator new(std::size_t bytes, std::align_val_t alignment) { return checked(aligned(bytes, alignment), bytes); }
void* operator new[](std::size_t bytes, std::align_val_t alignment) {
    return checked(aligned(bytes, alignment), bytes);
}
void operator delete(void* pointer) noexcept { free(pointer); }
void operator delete[](void* pointer) noexcept { free(pointer); }
void operator delete(void* pointer, std::size_t) noexcept { free(pointer); }
void operator delete[](void* pointer, std::size_t) noexcept { free(pointer); }
void operator delete(void* pointer, std::align_val_t) noexcept { free(pointer); }
void operator delete[](void* pointer, std::align_val_t) noexcept { free(pointer); }
void operator delete(void* pointer, std::size_t, std::align_val_t) noexcept { free(pointer); }
void operator delete[](void* pointer, std::size_t, std::align_val_t) noexcept { free(pointer); }
