// SPDX-License-Identifier: MIT
// Threads and communication: Tcb, Endpoint, Notification, Reply.
#pragma once

#include <string_view>

#include "abi/method.h"
#include "glenda/memory_object.h"
#include "glenda/object_base.h"

namespace glenda {

/// A thread's registers in the order of Tcb::WriteRegisters: pc, then x1 to x31.
struct Registers {
    static constexpr unsigned kCount = 32;
    std::uint64_t pc = 0, ra = 0, sp = 0, gp = 0, tp = 0, t0 = 0, t1 = 0, t2 = 0;
    std::uint64_t s0 = 0, s1 = 0, a0 = 0, a1 = 0, a2 = 0, a3 = 0, a4 = 0, a5 = 0, a6 = 0, a7 = 0;
    std::uint64_t s2 = 0, s3 = 0, s4 = 0, s5 = 0, s6 = 0, s7 = 0, s8 = 0, s9 = 0, s10 = 0, s11 = 0;
    std::uint64_t t3 = 0, t4 = 0, t5 = 0, t6 = 0;
};
static_assert(sizeof(Registers) == 32 * 8);

/// A rendezvous point for messages.
class Endpoint : public Object {
public:
    using Object::Object;

    /// Short messages, in registers. For longer ones see transact (message.h).
    Message call(const Message& message) const { return sys::call(cptr(), message); }
    Message recv(CPtr reply) const { return sys::recv(cptr(), reply); }
    Message nb_recv(CPtr reply) const { return sys::nb_recv(cptr(), reply); }
    Message reply_recv(CPtr reply, const Message& message) const { return sys::reply_recv(cptr(), reply, message); }
    Result<void> send(const Message& message) const { return done(sys::send(cptr(), message)); }
    Result<void> nb_send(const Message& message) const { return done(sys::nb_send(cptr(), message)); }
};

/// A word of flags. A signal sets the bits of the signaller's badge. A wait returns and clears all bits.
class Notification : public Object {
public:
    using Object::Object;

    Result<void> signal() const { return done(sys::nb_send(cptr(), {})); }
    /// Waits for a bit, and returns all that were set. An unbadged capability signals bit 0.
    Result<Badge> wait() const { return taken(sys::recv(cptr(), 0)); }
    /// The same, but returns WouldBlock instead of waiting.
    Result<Badge> poll() const { return taken(sys::nb_recv(cptr(), 0)); }

private:
    static Result<Badge> taken(const Message& message) {
        CHECK(!message.tag.is_error(), message.tag.as_error());
        return message.badge;
    }
};

/// The right to reply to one Call, once. Recv stores the caller in it. A reply removes the caller.
class Reply : public Object {
public:
    using Object::Object;

    /// NoCaller: the caller has received its reply, or has ended.
    Result<void> send(const Message& message) const { return done(sys::reply(cptr(), message)); }
};

/// A thread.
class Tcb : public Object {
public:
    using Object::Object;

    /// What a thread needs to run. A member that is 0 leaves the current value.
    struct Setting {
        CNode cspace{};
        VSpace vspace{};
        Frame utcb_frame{};
        std::uint64_t utcb_address = 0;
        Endpoint fault_handler{};
    };
    Result<void> configure(const Setting& setting) const;

    /// Both at most the caller's maximum. This and the next two need the Grant right.
    Result<void> set_priority(unsigned priority, unsigned maximum) const {
        return invoke(TcbMethod::SetPriority, priority, maximum);
    }
    /// The first `count` of them.
    Result<void> write_registers(const Registers& registers, unsigned count = Registers::kCount) const;
    Result<void> read_registers(Registers& registers) const;
    /// Take over all registers of `source`, with floating point. This thread is Inactive; `source` is not the caller.
    Result<void> copy_registers(Tcb source) const { return invoke(TcbMethod::CopyRegisters, source.cptr()); }
    /// Write what a system call returns: for the copy of a thread that waits in one.
    Result<void> write_result(Tag tag, std::uint64_t word) const {
        constexpr unsigned kTagRegister = 11;  // a1; a2 has the word
        return invoke(TcbMethod::WriteRegisters, kTagRegister, tag.raw(), word);
    }
    Result<void> resume() const { return invoke(TcbMethod::Resume); }
    Result<void> suspend() const { return invoke(TcbMethod::Suspend); }
    Result<void> bind(Notification notification) const {
        return invoke(TcbMethod::BindNotification, notification.cptr());
    }
    Result<void> unbind() const { return invoke(TcbMethod::UnbindNotification); }
    Result<void> set_affinity(unsigned hart) const { return invoke(TcbMethod::SetAffinity, hart); }
    Result<void> set_time_slice(unsigned microseconds) const { return invoke(TcbMethod::SetTimeSlice, microseconds); }
    /// Sets the name for reports, truncated to 15 characters.
    Result<void> set_name(std::string_view name) const;

    struct Info {
        ThreadState state;
        unsigned priority;
        unsigned maximum;
        unsigned hart;
        std::uint64_t ticks;  // of 1 ms; the thread's running time
        unsigned number;      // in the kernel's trace; unique among existing threads
    };
    Result<Info> info() const {
        TRY(reply, query(TcbMethod::Info));
        return Info{ThreadState(reply.words[0]), unsigned(reply.words[1]), unsigned(reply.words[2]),
                    unsigned(reply.words[3]),    utcb()->words[4],         unsigned(utcb()->words[5])};
    }
};

}  // namespace glenda
