// SPDX-License-Identifier: MIT
// Time, interrupts, debug output and power: Timer, IrqControl, IrqHandler, Console, Machine.
#pragma once

#include <span>
#include <string_view>

#include "abi/method.h"
#include "abi/trace.h"
#include "glenda/memory_object.h"
#include "glenda/object_base.h"
#include "glenda/thread_object.h"

namespace glenda {

/// A deadline that signals a notification.
class Timer : public Object {
public:
    using Object::Object;

    /// Binds the timer: each deadline signals `notification`, with that capability's badge.
    Result<void> bind(Notification notification) const { return invoke(TimerMethod::Bind, notification.cptr()); }
    /// Sets the deadline, in ticks of the `time` CSR. A deadline in the past signals at once.
    Result<void> arm(std::uint64_t deadline) const { return invoke(TimerMethod::Arm, deadline); }
    Result<void> cancel() const { return invoke(TimerMethod::Cancel); }
};

/// An interrupt line.
class IrqHandler : public Object {
public:
    using Object::Object;

    /// Unmasks the interrupt. Each one signals `notification`, with that capability's badge.
    Result<void> bind(Notification notification) const { return invoke(IrqHandlerMethod::Bind, notification.cptr()); }
    Result<void> ack() const { return invoke(IrqHandlerMethod::Ack); }
    Result<void> unbind() const { return invoke(IrqHandlerMethod::Unbind); }
};

/// The right to claim interrupts.
class IrqControl : public Object {
public:
    using Object::Object;

    /// Makes an IrqHandler for interrupt `number` in a slot. Busy if it has been claimed.
    Result<void> claim(unsigned number, CNode node, std::uint64_t index) const {
        return invoke(IrqControlMethod::Claim, number, node.cptr(), index);
    }
};

/// The kernel's debug output.
class Console : public Object {
public:
    using Object::Object;

    /// Writes all of `text`, in as many calls as necessary.
    Result<void> write(std::string_view text) const;
};

/// Power, statistics and tracing.
class Machine : public Object {
public:
    using Object::Object;

    /// These two return only if they fail.
    Result<void> shutdown() const { return invoke(MachineMethod::Shutdown); }
    Result<void> reboot() const { return invoke(MachineMethod::Reboot); }
    /// Prints a thread's state and registers on the kernel's console.
    Result<void> dump_thread(Tcb thread) const { return invoke(MachineMethod::DumpThread, thread.cptr()); }
    Result<std::uint64_t> counter(std::uint64_t which) const;
    /// Turns the IPC fast path on or off. Returns the old setting.
    Result<bool> set_fast_path(bool on) const;
    /// Runs the kernel's invariant checker. False if it found a violation, which it reports on its console.
    Result<bool> check() const;

    struct TraceState {
        std::uint64_t next;  // number of the next event
        bool was_on;
    };
    Result<TraceState> control_trace(TraceCommand command) const;
    struct TraceRange {
        std::uint64_t first = 0;  // number of the first event
        unsigned count = 0;
        std::uint64_t end() const { return first + count; }
    };
    /// Copies events of the kernel's trace in order, starting with number `from` or the oldest that is kept. It copies
    /// as many as there are and as fit into `events` and into one message.
    Result<TraceRange> read_trace(std::uint64_t from, std::span<TraceEvent> events) const;
    /// Statistics of one kind of system call, taken while the trace was on.
    struct Times {
        std::uint64_t count;
        std::uint64_t cycles;  // of all of them together
        std::uint64_t longest;
    };
    Result<Times> syscall_times(Syscall which) const;
};

}  // namespace glenda
