// SPDX-License-Identifier: MIT
//
// kernel/ipc/ and call/syscalls.cc, case by case: calls and replies, errors, faults.
#include "call/switches.h"
#include "kernel_test.h"

namespace glenda::test {
namespace {

class IpcTest : public KernelTest {
protected:
    static constexpr CPtr kEndpoint = 20, kReply = 21, kNotification = 22, kClient = 30, kServer = 31;

    void SetUp() override {
        make(CapType::Endpoint, kEndpoint);
        make(CapType::Reply, kReply);
        make(CapType::Notification, kNotification);
        client_ = &make_thread(kClient);
        server_ = &make_thread(kServer);
    }
    Tcb *client_ = nullptr, *server_ = nullptr;
};

TEST_F(IpcTest, ACallAndItsAnswer) {
    mint(kEndpoint, 40, 77);
    for (const bool is_fast : {true, false}) {
        set_fast_path(is_fast);
        syscall(*server_, Syscall::Recv, kEndpoint, {}, {}, kReply);
        ASSERT_EQ(server_->state, ThreadState::BlockedRecv);
        syscall(*client_, Syscall::Call, 40, Tag(5, 2), {10, 20});
        ASSERT_EQ(client_->state, ThreadState::BlockedCall);
        ASSERT_EQ(server_->state, ThreadState::Ready);
        EXPECT_EQ(server_->registers.a(0), 77u);
        EXPECT_EQ(server_->tag().raw(), Tag(5, 2).raw());
        EXPECT_EQ(server_->word(1), 20u);
        syscall(*server_, Syscall::ReplyRecv, kEndpoint, Tag(6, 1), {30}, kReply);
        ASSERT_EQ(server_->state, ThreadState::BlockedRecv);
        ASSERT_EQ(client_->state, ThreadState::Ready);
        EXPECT_EQ(client_->tag().raw(), Tag(6, 1).raw());
        EXPECT_EQ(client_->word(0), 30u);
        suspend(kServer);  // it waits no more
        resume(kServer);
    }
}

TEST_F(IpcTest, NobodyForgesAnErrorOrANotification) {
    syscall(*server_, Syscall::Recv, kEndpoint, {}, {}, kReply);
    const Tag forged(Tag::error(Error::Deleted).raw() | Tag::kNotificationFlag);
    syscall(*client_, Syscall::Call, kEndpoint, forged);
    EXPECT_FALSE(server_->tag().is_error());
    EXPECT_FALSE(server_->tag().is_notification());
    syscall(*server_, Syscall::Reply, kReply, forged);
    EXPECT_FALSE(client_->tag().is_error());
}

TEST_F(IpcTest, ErrorsOfSystemCalls) {
    using enum Error;
    const auto error = [&](Syscall number, CPtr pointer, Tag tag = {}, CPtr reply = 0) {
        syscall(*client_, number, pointer, tag, {}, reply);
        EXPECT_EQ(client_->state, ThreadState::Ready);
        return client_->tag().as_error();
    };
    copy(kEndpoint, 40, Rights::Read);
    copy(kEndpoint, 41, Rights::Write);
    copy(kNotification, 42, Rights::Read);
    copy(kNotification, 43, Rights::Write);
    EXPECT_EQ(error(Syscall(-9), kEndpoint), BadSyscall);
    EXPECT_EQ(error(Syscall(-9223372036854775807 - 1), kEndpoint), BadSyscall);
    for (const Syscall number : {Syscall::Call, Syscall::Send, Syscall::NBSend, Syscall::Recv, Syscall::NBRecv,
                                 Syscall::Reply, Syscall::ReplyRecv}) {
        EXPECT_EQ(error(number, 0), InvalidCapability);
        EXPECT_EQ(error(number, 999), InvalidCapability);
        EXPECT_EQ(error(number, bit(40)), InvalidCapability);
    }
    for (const Syscall number : {Syscall::Call, Syscall::Send, Syscall::NBSend}) {
        EXPECT_EQ(error(number, 40), NoRights);
        EXPECT_EQ(error(number, kEndpoint, Tag(0, 5)), NoUtcb);
        EXPECT_EQ(error(number, kEndpoint, Tag(0, 0, 1)), NoUtcb);
        EXPECT_EQ(error(number, kEndpoint, Tag(0, kMaxWords + 1)), MessageTooLong);
        EXPECT_EQ(error(number, kEndpoint, Tag(0, 0, kMaxMessageCaps + 1)), MessageTooLong);
    }
    for (const Syscall number : {Syscall::Send, Syscall::NBSend}) {
        EXPECT_EQ(error(number, 42), NoRights);
        EXPECT_EQ(error(number, kClient), BadMethod);
    }
    EXPECT_EQ(error(Syscall::Call, kNotification), BadMethod);
    EXPECT_EQ(error(Syscall::Call, kReply), BadMethod);
    EXPECT_EQ(error(Syscall::Call, kConsole, Tag(1, 5)), NoUtcb);
    EXPECT_EQ(error(Syscall::NBSend, kEndpoint), WouldBlock);
    for (const Syscall number : {Syscall::Recv, Syscall::NBRecv}) {
        EXPECT_EQ(error(number, 41), NoRights);
        EXPECT_EQ(error(number, 43), NoRights);
        EXPECT_EQ(error(number, kClient), BadMethod);
        EXPECT_EQ(error(number, kEndpoint, {}, 999), InvalidCapability);
        EXPECT_EQ(error(number, kEndpoint, {}, kClient), WrongType);
    }
    EXPECT_EQ(error(Syscall::NBRecv, kEndpoint), WouldBlock);
    EXPECT_EQ(error(Syscall::NBRecv, kNotification), WouldBlock);
    EXPECT_EQ(error(Syscall::Reply, kEndpoint), WrongType);
    EXPECT_EQ(error(Syscall::Reply, kReply), NoCaller);
    EXPECT_EQ(error(Syscall::ReplyRecv, kEndpoint, {}, kReply), NoCaller);
    EXPECT_EQ(error(Syscall::ReplyRecv, kEndpoint, {}, 0), InvalidCapability);
    syscall(*server_, Syscall::Recv, kEndpoint, {}, {}, kReply);
    make(CapType::Endpoint, 50);
    EXPECT_EQ(error(Syscall::Recv, 50, {}, kReply), Busy);
}

/// A waiting server would run next. Anything but the common case must not take the fast path.
TEST_F(IpcTest, UncommonCallsFareTheSameOnBothPaths) {
    struct Case {
        Tag tag;
        CPtr call, recv;  // the capabilities that client and server use
    };
    constexpr CPtr kCannotSend = 60, kCannotReceive = 61, kBadged = 62;
    std::vector<Case> cases;
    for (const CPtr sender : {kEndpoint, kCannotSend, kBadged, kReply, CPtr{999}, bit(40)})
        for (const CPtr source : {kEndpoint, kCannotReceive, kNotification, CPtr{0}})
            cases.push_back({Tag(3, 2), sender, source});
    for (const unsigned length : {0u, 4u, 5u, kMaxWords, kMaxWords + 1, 255u})
        cases.push_back({Tag(3, length), kEndpoint, kEndpoint});
    for (const unsigned shift : {8, 10, 11, 12, 13, 14, 15, 16, 63})
        cases.push_back({Tag(Tag(3, 2).raw() ^ bit(shift)), kEndpoint, kEndpoint});

    for (const Case& c : cases) {
        std::vector<std::uint64_t> seen[2];
        for (const bool is_fast : {false, true}) {
            boot();
            fast_path_is_on = is_fast;
            make(CapType::Endpoint, kEndpoint);
            make(CapType::Reply, kReply);
            make(CapType::Notification, kNotification);
            copy(kEndpoint, kCannotSend, Rights::Read);
            copy(kEndpoint, kCannotReceive, Rights::Write);
            mint(kEndpoint, kBadged, 5);
            Tcb &client = make_thread(kClient, 40), &server = make_thread(kServer, 41);
            change_priority(root(), 1);
            client.utcb->send_caps[0] = server.utcb->send_caps[0] = kReply;
            const auto note = [&] {
                for (const Tcb* tcb : {&client, &server}) {
                    seen[is_fast].push_back(static_cast<std::uint64_t>(tcb->state));
                    seen[is_fast].insert(seen[is_fast].end(), tcb->registers.x, tcb->registers.x + 31);
                    for (const std::uint64_t word : tcb->utcb->words) seen[is_fast].push_back(word);
                }
                seen[is_fast].push_back(reinterpret_cast<std::uint64_t>(hart().current));
            };
            for (unsigned i = 4; i < kMaxWords; i++) client.set_word(i, i), server.set_word(i, 2 * i);
            syscall(server, Syscall::Recv, kEndpoint, {}, {}, kReply);
            syscall(client, Syscall::Call, c.call, c.tag, {1, 2, 3, 4});
            note();
            if (server.state != ThreadState::Ready) continue;
            syscall(server, Syscall::ReplyRecv, c.recv, c.tag, {5, 6, 7, 8}, kReply);
            note();
        }
        EXPECT_EQ(seen[0], seen[1]) << "tag " << c.tag.raw() << ", call " << c.call << ", recv " << c.recv;
    }
}

TEST_F(IpcTest, ACapabilityNeedsTheGrantRightOfTheEndpoint) {
    make_thread(50, 51);
    copy(kEndpoint, 40, Rights::Write);
    syscall(tcb(50), Syscall::NBSend, 40, Tag(0, 0, 1));
    EXPECT_EQ(tcb(50).tag().as_error(), Error::NoRights);
}

TEST_F(IpcTest, FaultsAreMessages) {
    mint(kEndpoint, 40, 7);
    ASSERT_EQ(call(kClient, TcbMethod::Configure, {0, 0, 0, 0, 40}), Error::Ok);
    syscall(*server_, Syscall::Recv, kEndpoint, {}, {}, kReply);
    client_->registers.a(0) = 11;
    enter_unknown(*client_, 93);
    EXPECT_EQ(client_->state, ThreadState::BlockedFault);
    EXPECT_EQ(server_->registers.a(0), 7u);
    EXPECT_EQ(FaultKind(server_->tag().label()), FaultKind::UnknownSyscall);
    EXPECT_EQ(server_->word(0), kPc);
    EXPECT_EQ(server_->word(1), 93u);
    EXPECT_EQ(server_->word(2), 11u);
    syscall(*server_, Syscall::Reply, kReply, Tag(kFaultResume, 1), {55});
    EXPECT_EQ(client_->state, ThreadState::Ready);
    EXPECT_EQ(client_->registers.a(0), 55u);
    EXPECT_EQ(client_->registers.pc, kPc + 4);
}

TEST_F(IpcTest, AFaultIsAnsweredLikeACall) {
    change_priority(root(), 1);
    ASSERT_EQ(call(kClient, TcbMethod::Configure, {0, 0, 0, 0, kEndpoint}), Error::Ok);
    syscall(*server_, Syscall::Recv, kEndpoint, {}, {}, kReply);
    for (unsigned i = 0; i < 3; i++) {
        enter_unknown(*client_, 93);
        EXPECT_EQ(server_->word(1), 93u);
        syscall(*server_, Syscall::ReplyRecv, kEndpoint, Tag(kFaultResume, 1), {55 + i}, kReply);
        EXPECT_EQ(client_->registers.a(0), 55 + i);
        EXPECT_EQ(client_->registers.pc, kPc + 4);
        EXPECT_EQ(client_->state, ThreadState::Ready);
    }
}

TEST_F(IpcTest, AnUnhandledFaultStopsOnlyThatThread) {
    const std::uint64_t name[2] = {0x6b6f'6f63, 0};  // "cook"
    ASSERT_EQ(call(kClient, TcbMethod::SetName, {name[0], name[1]}), Error::Ok);
    enter_unknown(*client_, 93);
    EXPECT_EQ(client_->state, ThreadState::Inactive);
    EXPECT_NE(machine.console.find("thread cook stopped: unknown system call with no handler, pc 0x10000"),
              std::string::npos)
        << machine.console;
    EXPECT_NE(&choose(hart()), client_);
    EXPECT_EQ(hart().current->state, ThreadState::Ready);
}

}  // namespace
}  // namespace glenda::test
