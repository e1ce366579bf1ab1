// SPDX-License-Identifier: MIT
// The program's heap, behind malloc and free.
//
// A process gets memory by Factotum's SBRK. The root task and Factotum have a static heap of kStaticHeapSize bytes, and
// may set a hook for more.
#pragma once

#include <cstddef>

#include "glenda/heap.h"

namespace glenda {

constexpr std::size_t kStaticHeapSize = 64 * 1024;

/// The heap that malloc and operator new use.
Heap& program_heap();

/// Sets where the heap gets memory, instead of the default for this kind of program.
void set_heap_grow(Heap::Grow grow);

}  // namespace glenda

extern "C" {
void* malloc(std::size_t bytes);
void* calloc(std::size_t count, std::size_t bytes);
void* realloc(void* pointer, std::size_t bytes);
void free(void* pointer);
}
