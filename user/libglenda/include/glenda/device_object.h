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

    /// Signal `notification`, with that capability's badge, at each deadline from now on.
    Result<void> bind(Notification notification) const { return invoke(TimerMethod::Bind, notification.cptr()); }
    /// `deadline` in ticks of the `time` CSR; one that has passed signals at once.
    Result<void> arm(std::uint64_t deadline) const { return invoke(TimerMethod::Arm, deadline); }
    Result<void> cancel() const { return invoke(TimerMethod::Cancel); }
};

/// One interrupt.
class IrqHandler : public Object {
public:
    using Object::Object;

    /// Unmask; signal `notification`, with that capability's badge, at each interrupt.
    Result<void> bind(Notification notification) const { return invoke(IrqHandlerMethod::Bind, notification.cptr()); }
    Result<void> ack() const { return invoke(IrqHandlerMethod::Ack); }
    Result<void> unbind() const { return invoke(IrqHandlerMethod::Unbind); }
};

/// The right to claim interrupts.
class IrqControl : public Object {
public:
    using Object::Object;

    /// Put an IrqHandler for interrupt `number` into a slot; Busy if it has been claimed.
    Result<void> claim(unsigned number, CNode node, std::uint64_t index) const {
        return invoke(IrqControlMethod::Claim, number, node.cptr(), index);
    }
};

/// The kernel's debug output.
class Console : public Object {
public:
    using Object::Object;

    /// Write all of `text`, in as many calls as it takes.
    Result<void> write(std::string_view text) const;
};

/// Power, and facts about the machine.
class Machine : public Object {
public:
    using Object::Object;

    /// These two return only when refused.
    Result<void> shutdown() const { return invoke(MachineMethod::Shutdown); }
    Result<void> reboot() const { return invoke(MachineMethod::Reboot); }
    /// State and registers of a thread on the kernel's console.
    Result<void> dump_thread(Tcb thread) const { return invoke(MachineMethod::DumpThread, thread.cptr()); }
    Result<std::uint64_t> counter(std::uint64_t which) const;
    /// Switch the IPC fast path; the old setting.
    Result<bool> set_fast_path(bool on) const;
    /// Let the kernel check itself. False: it found something wrong, and said so on its console.
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
    /// Copy events of the kernel's trace, in order: from number `from` on, or from the oldest that is kept. As many as
    /// there are, as fit in `events` and in a message.
    Result<TraceRange> read_trace(std::uint64_t from, std::span<TraceEvent> events) const;
    /// While the trace was on: system calls of this kind.
    struct Times {
        std::uint64_t count;
        std::uint64_t cycles;  // of all together
        std::uint64_t longest;
    };
    Result<Times> syscall_times(Syscall which) const;
};

}  // namespace glenda
