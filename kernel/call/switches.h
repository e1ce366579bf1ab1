// SPDX-License-Identifier: MIT
// The kernel's switches: the fast path and the trace. While the trace is on, no system call takes the fast path.
//
// The Machine capability turns them (call/invoke_device.cc, call/invoke_trace.cc), and the kernel's command line.
// Handout: reference/kernel-design.md, "The fast path" and "The trace".
#pragma once

namespace glenda {

/// System calls may take the fast path. Only entry/fast_path.cc reads it; host tests set it by itself.
extern constinit bool fast_path_is_on;

/// Let system calls take the fast path while the trace is off, or never. The old setting.
bool set_fast_path(bool on);
/// Record what happens, or stop. The old setting.
bool set_trace(bool on);

}  // namespace glenda
