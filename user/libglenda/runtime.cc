// SPDX-License-Identifier: MIT
// Functions that the C++ compiler refers to. Calling one of them is a bug, or never happens.
#include "glenda/panic.h"

extern "C" {

constinit void* __dso_handle = nullptr;

void __cxa_pure_virtual() { glenda::panic("a pure virtual function was called"); }

/// Programs do not run the destructors of globals at exit: Factotum frees everything.
int atexit(void (*)()) { return 0; }

[[noreturn]] void abort() { glenda::panic("abort"); }

}  // extern "C"
