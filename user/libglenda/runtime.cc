// SPDX-License-Identifier: MIT
// What the C++ compiler calls in programs without exceptions: each of these is a bug, or something that never happens.
#include "glenda/panic.h"

extern "C" {

constinit void* __dso_handle = nullptr;

void __cxa_pure_virtual() { glenda::panic("a pure virtual function was called"); }

/// Programs end without running destructors of globals: there is nothing that Factotum does not take back.
int atexit(void (*)()) { return 0; }

[[noreturn]] void abort() { glenda::panic("abort"); }

}  // extern "C"
