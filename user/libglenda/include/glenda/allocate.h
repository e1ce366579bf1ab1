// SPDX-License-Identifier: MIT
// The program's heap: malloc and free, and where their memory comes from.
//
// A process grows by Factotum's SBRK. The root task and Factotum start with kStaticHeapSize bytes of their own and
// may set a hook for more.
#pragma once

#include <cstddef>

#include "glenda/heap.h"

namespace glenda {

constexpr std::size_t kStaticHeapSize = 64 * 1024;

/// The heap that malloc and operator new use.
Heap& program_heap();

/// Where the heap gets memory from now on, instead of what the kind of program implies.
void set_heap_grow(Heap::Grow grow);

}  // namespace glenda

extern "C" {
void* malloc(std::size_t bytes);
void* calloc(std::size_t count, std::size_t bytes);
void* realloc(void* pointer, std::size_t bytes);
void free(void* pointer);
}
