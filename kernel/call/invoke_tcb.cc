// SPDX-License-Identifier: MIT
// Threads: what they can reach, when they run, what is in their registers.
//
// Write lets the holder decide what a thread does: what it can reach, whether it runs, what is in its registers. How
// much of the processor it gets concerns others too, so that takes Grant as well: a process can be trusted with its own
// threads without being able to starve its neighbours. Two limits hold for everybody: nobody gives a priority above its
// own maximum, and registers are written only while the thread is Inactive.
// Handout: reference/kernel-design.md, "Threads" and "Scheduling".
#include <cstring>

#include "call/destroy.h"
#include "call/request.h"
#include "ipc/endpoint.h"
#include "ipc/notification.h"
#include "mem/address_spaces.h"
#include "object/ipc_objects.h"
#include "sched/fpu.h"
#include "sched/requests.h"
#include "sched/schedule.h"

namespace glenda {

namespace {

constexpr unsigned kRegisterCount = 32;
static_assert(sizeof(Registers) == kRegisterCount * 8);

/// Puts a copy of `source` into one of the thread's own slots, in place of what is there.
Progress hold(Slot& held, Slot& source) {
    FINISH(delete_slot(held));
    hold_in_tcb(held, source);
    return Progress::Done;
}

/// What Configure gives to a thread. Null: it keeps what it has.
struct Setting {
    Slot* cspace;
    Slot* vspace;
    Slot* utcb;
    VirtAddr utcb_address;
    Slot* handler;
};

/// The capability that word `n` points to, or null for pointer 0. Errors: those of Request::find.
Result<Slot*> find_unless_null(const Request& request, unsigned n, CapType type, Rights rights = Rights::None) {
    if (request.word(n) == 0) return nullptr;
    return request.find(n, type, rights);
}

/// Words 0 - 4 of Configure. Errors: MessageTooShort, those of Request::find, BadArgument.
Result<Setting> decode_setting(const Request& request) {
    TRY_VOID(request.needs(5));
    TRY(cspace, find_unless_null(request, 0, CapType::CNode));
    TRY(vspace, find_unless_null(request, 1, CapType::VSpace));
    TRY(utcb, find_unless_null(request, 2, CapType::Frame, Rights::Write));
    TRY(handler, find_unless_null(request, 4, CapType::Endpoint, Rights::Write));
    const VirtAddr address{request.word(3)};
    if (utcb != nullptr) {
        CHECK(utcb->cap.size_bits == kFrameBits && !has(utcb->cap.flags, CapFlags::Device), Error::BadArgument);
        CHECK(is_aligned(address.value, kPageSize) && address.value < kUserEnd, Error::BadArgument);
    }
    return Setting{cspace, vspace, utcb, address, handler};
}

/// Gives the thread what the setting says. The CSpace comes last: a call that is preempted before looks up its words
/// again, in the CSpace of the caller, which may be this thread.
Progress apply(const Setting& setting, Tcb& tcb) {
    // lab 2.6a {
    if (setting.handler != nullptr) FINISH(hold(tcb.fault_handler, *setting.handler));
    if (setting.utcb != nullptr) {
        FINISH(hold(tcb.utcb_frame, *setting.utcb));
        tcb.utcb = &setting.utcb->cap.as<Utcb>();
        tcb.utcb_address = setting.utcb_address;
    }
    if (setting.vspace != nullptr) {
        const Capability& space = setting.vspace->cap;
        FINISH(hold(tcb.vspace, *setting.vspace));
        address_spaces.note_use(space.space, tcb.hart->hardware);
        change_address_space(tcb, satp_of(to_physical(space.object), asid_of(space.space)));
    }
    if (setting.cspace != nullptr) {
        FINISH(hold(tcb.cspace, *setting.cspace));
        note_cspace(tcb);
    }
    return Progress::Done;
    // lab 2.6a }
}

Outcome configure(const Request& request) {
    TRY(setting, decode_setting(request));
    FINISH(apply(setting, request.cap().as<Tcb>()));
    // The old CSpace may be a zombie now. If taking it apart is preempted, this call must not be made again in the new
    // CSpace, where its pointers mean something else: then others do the rest.
    (void)reap_zombies();
    return done();
}

Outcome set_priority(const Request& request) {
    TRY_VOID(request.needs(2));
    TRY_VOID(request.needs_right(Rights::Grant));
    const std::uint64_t priority = request.word(0), maximum = request.word(1);
    CHECK(priority <= kMaxPriority && maximum <= kMaxPriority, Error::BadArgument);
    CHECK(priority <= request.caller.max_priority && maximum <= request.caller.max_priority, Error::PriorityTooHigh);
    Tcb& tcb = request.cap().as<Tcb>();
    tcb.max_priority = maximum;
    change_priority(tcb, static_cast<std::uint8_t>(priority));
    return done();
}

Outcome write_registers(const Request& request) {
    TRY_VOID(request.needs(2));
    const std::uint64_t first = request.word(0);
    const unsigned count = request.tag.length() - 1;
    CHECK(first < kRegisterCount && count <= kRegisterCount - first, Error::BadArgument);
    Tcb& tcb = request.cap().as<Tcb>();
    CHECK(tcb.state == ThreadState::Inactive, Error::Busy);
    auto* registers = reinterpret_cast<std::uint64_t*>(&tcb.registers);
    for (unsigned i = 0; i < count; i++) registers[first + i] = request.word(1 + i);
    return done();
}

Outcome read_registers(const Request& request) {
    CHECK(request.caller.utcb != nullptr, Error::NoUtcb);
    Tcb& tcb = request.cap().as<Tcb>();
    CHECK(&tcb != &request.caller, Error::Busy);
    sync_registers(tcb);
    const auto* registers = reinterpret_cast<const std::uint64_t*>(&tcb.registers);
    for (unsigned i = 0; i < kRegisterCount; i++) request.set_reply(i, registers[i]);
    return done(kRegisterCount);
}

/// The source may be running, on any hart. Its floating-point values may still be in the registers of the hart where it
/// ran last, and so may those of the target, which must not be written over what is copied.
Outcome copy_registers(const Request& request) {
    TRY_VOID(request.needs(1));
    TRY(slot, request.find(0, CapType::Tcb, Rights::Write));
    Tcb& tcb = request.cap().as<Tcb>();
    Tcb& source = slot->cap.as<Tcb>();
    CHECK(tcb.state == ThreadState::Inactive && &source != &request.caller, Error::Busy);
    sync_registers(source);
    release_fpu(source);
    release_fpu(tcb);
    tcb.registers = source.registers;
    tcb.fpu = source.fpu;
    return done();
}

Outcome resume(const Request& request) {
    // lab 2.6b {
    Tcb& tcb = request.cap().as<Tcb>();
    CHECK(!tcb.cspace.is_empty() && !tcb.vspace.is_empty(), Error::NotConfigured);
    if (tcb.state == ThreadState::Inactive) make_ready(tcb);
    return done();
    // lab 2.6b }
}

Outcome suspend(const Request& request) {
    Tcb& tcb = request.cap().as<Tcb>();
    const bool was_waiting = tcb.state == ThreadState::BlockedSend || tcb.state == ThreadState::BlockedRecv ||
                             tcb.state == ThreadState::BlockedCall;
    if (was_waiting) tcb.set_tag(Tag::error(Error::Cancelled));
    cancel_wait(tcb);
    stop(tcb);
    return done();
}

Outcome bind_notification(const Request& request) {
    TRY_VOID(request.needs(1));
    TRY(source, request.find(0, CapType::Notification, Rights::Read));
    Tcb& tcb = request.cap().as<Tcb>();
    Notification& notification = source->cap.as<Notification>();
    CHECK(tcb.bound_notification.is_empty() && notification.bound == nullptr, Error::Busy);
    FINISH(hold(tcb.bound_notification, *source));
    notification.bound = &tcb;
    if (notification.flags != 0) signal(notification, notification.flags);  // the thread may be waiting for them
    return done();
}

Outcome unbind_notification(const Request& request) {
    Tcb& tcb = request.cap().as<Tcb>();
    CHECK(!tcb.bound_notification.is_empty(), Error::NotBound);
    FINISH(delete_slot(tcb.bound_notification));
    return done();
}

Outcome set_affinity(const Request& request) {
    TRY_VOID(request.needs(1));
    TRY_VOID(request.needs_right(Rights::Grant));
    CHECK(request.word(0) < hart_count, Error::OutOfRange);
    Hart& hart = *harts[request.word(0)];
    Tcb& tcb = request.cap().as<Tcb>();
    if (!tcb.vspace.is_empty()) address_spaces.note_use(tcb.vspace.cap.space, hart.hardware);
    move_to(tcb, hart);
    return done();
}

Outcome set_time_slice(const Request& request) {
    TRY_VOID(request.needs(1));
    TRY_VOID(request.needs_right(Rights::Grant));
    constexpr std::uint64_t kMicrosecondsPerTick = 1'000'000 / kTicksPerSecond;
    CHECK(request.word(0) >= kMicrosecondsPerTick && request.word(0) <= 1'000'000, Error::BadArgument);
    Tcb& tcb = request.cap().as<Tcb>();
    set_slice(tcb, static_cast<std::uint32_t>(request.word(0) / kMicrosecondsPerTick * tick_length));
    return done();
}

Outcome set_name(const Request& request) {
    TRY_VOID(request.needs(2));
    Tcb& tcb = request.cap().as<Tcb>();
    const std::uint64_t words[2] = {request.word(0), request.word(1)};
    std::memcpy(tcb.name, words, sizeof tcb.name);
    tcb.name[sizeof tcb.name - 1] = 0;
    for (char& c : tcb.name) {
        if (c != 0 && (c < ' ' || c > '~')) c = '?';
    }
    return done();
}

Outcome info(const Request& request) {
    const Tcb& tcb = request.cap().as<Tcb>();
    request.set_reply(0, static_cast<std::uint64_t>(tcb.state));
    request.set_reply(1, tcb.priority);
    request.set_reply(2, tcb.max_priority);
    request.set_reply(3, tcb.hart->index);
    request.set_reply(4, run_time(tcb) / tick_length);
    request.set_reply(5, number_of(tcb));
    return done(6);
}

}  // namespace

Outcome invoke_tcb(const Request& request) {
    TRY_VOID(request.needs_right(Rights::Write));
    switch (static_cast<TcbMethod>(request.tag.label())) {
        case TcbMethod::Configure: return configure(request);
        case TcbMethod::SetPriority: return set_priority(request);
        case TcbMethod::WriteRegisters: return write_registers(request);
        case TcbMethod::ReadRegisters: return read_registers(request);
        case TcbMethod::Resume: return resume(request);
        case TcbMethod::Suspend: return suspend(request);
        case TcbMethod::BindNotification: return bind_notification(request);
        case TcbMethod::UnbindNotification: return unbind_notification(request);
        case TcbMethod::SetAffinity: return set_affinity(request);
        case TcbMethod::SetTimeSlice: return set_time_slice(request);
        case TcbMethod::SetName: return set_name(request);
        case TcbMethod::Info: return info(request);
        case TcbMethod::CopyRegisters: return copy_registers(request);
    }
    return Failure(Error::BadMethod);
}

}  // namespace glenda
