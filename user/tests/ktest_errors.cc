// SPDX-License-Identifier: MIT
// Errors of the system calls themselves, and errors that need a second thread. The programs that test_kernel.py lists
// as PROVOKERS, this one among them, provoke every Error.
#include "abi/syscall.h"
#include "common/ktest.h"

namespace glenda::ktest {

namespace {

void bad_syscall() {
    constexpr std::int64_t kLowest = std::int64_t(1) << 63;
    for (const std::int64_t number : {kFirstSyscall - 1, kFirstSyscall - 100, kLowest + 1, kLowest})
        EXPECT_ERROR(BadSyscall, sys::enter(Syscall(number), 0, {}, 0));
}

void invalid_capability() {
    const Endpoint endpoint = need(pool().endpoint());
    for (const CPtr pointer : {CPtr{0}, CPtr{4095}, CPtr{4096}, CPtr{1} << 63, ~CPtr{0}, CPtr{1} << 12 | kRootTcb}) {
        EXPECT_ERROR(InvalidCapability, sys::call(pointer, {}));
        EXPECT_ERROR(InvalidCapability, sys::send(pointer, {}));
        EXPECT_ERROR(InvalidCapability, sys::nb_send(pointer, {}));
        EXPECT_ERROR(InvalidCapability, sys::recv(pointer, 0));
        EXPECT_ERROR(InvalidCapability, sys::nb_recv(pointer, 0));
        EXPECT_ERROR(InvalidCapability, sys::reply(pointer, {}));
        EXPECT_ERROR(InvalidCapability, sys::reply_recv(pointer, 0, {}));
        EXPECT_ERROR(InvalidCapability, sys::reply_recv(endpoint.cptr(), pointer, {}));
        if (pointer != 0) EXPECT_ERROR(InvalidCapability, sys::nb_recv(endpoint.cptr(), pointer));
    }
}

void wrong_type() {
    const Endpoint endpoint = need(pool().endpoint());
    EXPECT_ERROR(WrongType, sys::recv(endpoint.cptr(), kRootTcb));
    EXPECT_ERROR(WrongType, sys::reply_recv(endpoint.cptr(), endpoint.cptr(), {}));
    EXPECT_ERROR(WrongType, sys::reply(endpoint.cptr(), {}));
}

void endpoint_rights() {
    const Endpoint endpoint = need(pool().endpoint());
    const Notification notification = need(pool().notification());
    const CPtr readers[] = {with_rights(endpoint, Rights::Read).cptr(), with_rights(notification, Rights::Read).cptr()};
    const CPtr writers[] = {with_rights(endpoint, Rights::Write).cptr(),
                            with_rights(notification, Rights::Write).cptr()};
    for (const CPtr pointer : readers) {
        EXPECT_ERROR(NoRights, sys::send(pointer, {}));
        EXPECT_ERROR(NoRights, sys::nb_send(pointer, {}));
    }
    EXPECT_ERROR(NoRights, sys::call(readers[0], {}));
    for (const CPtr pointer : writers) {
        EXPECT_ERROR(NoRights, sys::recv(pointer, 0));
        EXPECT_ERROR(NoRights, sys::nb_recv(pointer, 0));
    }
    EXPECT_ERROR(NoRights, sys::nb_send(writers[0], {.tag = Tag(0, 0, 1)}));
    EXPECT_ERROR(BadMethod, sys::call(notification.cptr(), {}));
}

/// Objects that support neither Send nor Recv refuse them whatever the capability's rights.
void no_send_or_receive() {
    const Frame frame = need(pool().frame());
    const Reply reply = need(pool().reply());
    for (const Rights rights : {Rights::None, Rights::Read, Rights::Write, Rights::All}) {
        for (const CPtr pointer : {with_rights(frame, rights).cptr(), with_rights(reply, rights).cptr()}) {
            EXPECT_ERROR(BadMethod, sys::send(pointer, {}));
            EXPECT_ERROR(BadMethod, sys::nb_send(pointer, {}));
            EXPECT_ERROR(BadMethod, sys::recv(pointer, 0));
            EXPECT_ERROR(BadMethod, sys::nb_recv(pointer, 0));
        }
    }
    const Notification bell = need(pool().notification());
    EXPECT_OK(sys::send(bell.cptr(), {.tag = Tag(~0ul)}));  // a signal ignores the rest of the message
    EXPECT_OK(sys::nb_send(bell.cptr(), {.tag = Tag(0, 255, 15)}));
    EXPECT_EQ(need(bell.poll()), 1);
}

void message_lengths() {
    const Endpoint endpoint = need(pool().endpoint());
    for (unsigned length = kMaxWords + 1; length < 256; length++)
        EXPECT_ERROR(MessageTooLong, endpoint.nb_send({.tag = Tag(0, length)}));
    for (unsigned caps = kMaxMessageCaps + 1; caps < 16; caps++)
        EXPECT_ERROR(MessageTooLong, endpoint.nb_send({.tag = Tag(0, 0, caps)}));
    EXPECT_ERROR(MessageTooLong, sys::call(kRootTcb, {.tag = Tag(1, 121)}));
    EXPECT_ERROR(WouldBlock, endpoint.nb_send({.tag = Tag(0, kMaxWords, kMaxMessageCaps)}));
}

void would_block() {
    const Endpoint endpoint = need(pool().endpoint());
    const Notification notification = need(pool().notification());
    EXPECT_ERROR(WouldBlock, endpoint.nb_send({}));
    EXPECT_ERROR(WouldBlock, endpoint.nb_recv(0));
    EXPECT_ERROR(WouldBlock, notification.poll());
}

void too_many_spaces() {
    const CPtr first = need(pool().slots(1023));
    Result<void> made;
    unsigned count = 0;
    while (count < 1023 && (made = arena().retype(CapType::VSpace, 0, node(), first + count))) count++;
    EXPECT_ERROR(TooManySpaces, made);
    EXPECT_EQ(count, 1022);
    EXPECT_OK(node().remove(first));
    EXPECT_OK(arena().retype(CapType::VSpace, 0, node(), first));
}

void priority_too_high() {
    const Tcb other = need(pool().tcb());
    Error own = Error::Ok, others = Error::Ok, maximum = Error::Ok, allowed = Error::Count;
    Tcb self{};
    auto body = [&] {
        own = error_of(self.set_priority(kPriority + 2, kPriority + 1));
        others = error_of(other.set_priority(kPriority + 2, kPriority + 2));
        maximum = error_of(other.set_priority(1, kPriority + 2));
        allowed = error_of(other.set_priority(kPriority + 1, kPriority + 1));
    };
    Thread thread(body);
    self = thread.tcb;
    need(thread.tcb.set_priority(kPriority + 1, kPriority + 1));
    thread.start();
    thread.join();
    EXPECT_ERROR(PriorityTooHigh, own);
    EXPECT_ERROR(PriorityTooHigh, others);
    EXPECT_ERROR(PriorityTooHigh, maximum);
    EXPECT_OK(allowed);
}

/// A thread body that makes one blocking system call and records its result.
struct Waiter {
    Syscall number;
    CPtr pointer;
    CPtr reply = 0;
    Error got = Error::Ok;
    void operator()() { got = error_of(sys::enter(number, pointer, {}, reply)); }
};

void deleted() {
    for (const Syscall number : {Syscall::Call, Syscall::Send, Syscall::Recv}) {
        const Endpoint endpoint = need(pool().endpoint());
        Waiter waiter{number, endpoint.cptr()};
        Thread thread(waiter);
        thread.start();
        EXPECT(!thread.has_finished());
        EXPECT_OK(node().remove(endpoint.cptr()));
        EXPECT(thread.has_finished());
        EXPECT_ERROR(Deleted, waiter.got);
    }
    const Notification notification = need(pool().notification());
    Waiter waiter{Syscall::Recv, notification.cptr()};
    Thread thread(waiter);
    thread.start();
    EXPECT_OK(node().remove(notification.cptr()));
    EXPECT_ERROR(Deleted, waiter.got);
}

void cancelled() {
    const Endpoint endpoint = need(pool().endpoint());
    for (const Syscall number : {Syscall::Call, Syscall::Send, Syscall::Recv}) {
        Waiter waiter{number, endpoint.cptr()};
        Thread thread(waiter);
        thread.start();
        EXPECT(!thread.has_finished());
        EXPECT_OK(thread.tcb.suspend());
        EXPECT_ERROR(WouldBlock, endpoint.nb_send({}));
        EXPECT_ERROR(WouldBlock, endpoint.nb_recv(0));
        EXPECT_OK(thread.tcb.resume());
        EXPECT_ERROR(Cancelled, waiter.got);
    }
}

void replies() {
    const Endpoint endpoint = need(pool().endpoint());
    const Reply reply = need(pool().reply());
    EXPECT_ERROR(NoCaller, reply.send({}));
    EXPECT_ERROR(NoCaller, sys::reply_recv(endpoint.cptr(), reply.cptr(), {}));
    Waiter caller{Syscall::Call, endpoint.cptr()};
    Thread thread(caller);
    thread.start();
    EXPECT_OK(endpoint.nb_recv(0));
    EXPECT_ERROR(NoReply, caller.got);

    Waiter second{Syscall::Call, endpoint.cptr()};
    Thread again(second);
    again.start();
    EXPECT_OK(endpoint.recv(reply.cptr()));
    EXPECT_ERROR(Busy, endpoint.nb_recv(reply.cptr()));
    EXPECT_OK(reply.send({}));
    EXPECT_ERROR(NoCaller, reply.send({}));

    Waiter server{Syscall::Recv, endpoint.cptr(), reply.cptr()};
    Thread waiting(server);
    waiting.start();
    EXPECT_ERROR(Busy, endpoint.nb_recv(reply.cptr()));
}

void no_utcb() {
    const Endpoint endpoint = need(pool().endpoint());
    Error five = Error::Ok, caps = Error::Ok, registers = Error::Ok, four = Error::Count;
    auto body = [&] {
        five = error_of(endpoint.nb_send({.tag = Tag(0, 5)}));
        caps = error_of(endpoint.nb_send({.tag = Tag(0, 0, 1)}));
        registers = error_of(sys::call(kRootTcb, {.tag = Tag(std::uint64_t(TcbMethod::ReadRegisters), 0)}));
        four = error_of(endpoint.nb_send({.tag = Tag(0, 4)}));
    };
    Thread thread(body);
    EXPECT_OK(node().revoke(thread.utcb_frame.cptr()));
    thread.start();
    thread.join();
    EXPECT_ERROR(NoUtcb, five);
    EXPECT_ERROR(NoUtcb, caps);
    EXPECT_ERROR(NoUtcb, registers);
    EXPECT_ERROR(WouldBlock, four);
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"errors_bad_syscall", bad_syscall},
                                      {"errors_invalid_capability", invalid_capability},
                                      {"errors_wrong_type", wrong_type},
                                      {"errors_endpoint_rights", endpoint_rights},
                                      {"errors_no_send_or_receive", no_send_or_receive},
                                      {"errors_message_lengths", message_lengths},
                                      {"errors_would_block", would_block},
                                      {"errors_too_many_spaces", too_many_spaces},
                                      {"errors_priority_too_high", priority_too_high},
                                      {"errors_deleted", deleted},
                                      {"errors_cancelled", cancelled},
                                      {"errors_replies", replies},
                                      {"errors_no_utcb", no_utcb}};
    return run_cases(kCases);
}
