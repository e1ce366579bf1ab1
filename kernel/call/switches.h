// SPDX-License-Identifier: MIT
// The kernel's switches: the fast path and the trace. While the trace is on, no system call takes the fast path, so the
// trace misses nothing.
//
// The Machine capability (call/invoke_device.cc, call/invoke_trace.cc) and the kernel's command line set them.
// Invariant: they change how long a system call takes, never what it does.
// Handout: reference/kernel-design.md, "The fast path" and "The trace".
#pragma once

namespace glenda {

/// True while system calls may take the fast path. Only entry/fast_path.cc reads it; host tests set it directly.
extern constinit bool fast_path_is_on;

/// Allows or forbids the fast path; while the trace is on it stays off anyway. Returns the previous setting.
bool set_fast_path(bool on);
/// Starts or stops the trace. Returns the previous setting.
bool set_trace(bool on);

}  // namespace glenda
