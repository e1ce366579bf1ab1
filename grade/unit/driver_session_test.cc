// SPDX-License-Identifier: MIT
// user/driver/session.h: order, signals, and what the next driver does with requests that the last one has left.
#include <cstring>

#include "session_fixture.h"

namespace glenda::driver {
namespace {

TEST_F(SessionTest, KeepsTheClientsOrder) {
    for (unsigned i = 0; i < 200; i++) {
        submit(i);
        submit(1000 + i);
        EXPECT_EQ(begin(), int(i));
        session.complete(last, SessionStatus::Ok);
        EXPECT_EQ(begin(), int(1000 + i));
        EXPECT_EQ(begin(), -1);
        session.complete(last, SessionStatus::Failed);
        EXPECT_EQ(client.take()->cookie, i);
        EXPECT_EQ(client.take()->status, SessionStatus::Failed);
        EXPECT_FALSE(client.take());
    }
}

TEST_F(SessionTest, HasRoomForAsManyAsThereAreSlots) {
    for (unsigned i = 0; i < kSessionSlots; i++) submit(i);
    EXPECT_FALSE(client.submit({}));
    EXPECT_EQ(begin(), 0);
    session.complete(last, SessionStatus::Ok);
    EXPECT_FALSE(client.submit({})) << "the answer has not been taken";
    EXPECT_TRUE(client.take());
    EXPECT_TRUE(client.submit({}));
}

TEST_F(SessionTest, DataIsWhereTheRunsAre) {
    ASSERT_TRUE(client.submit({SessionOp::Read, 5, 0, 6, 0}));
    const Session::Request* request = session.next();
    ASSERT_NE(request, nullptr);
    ASSERT_EQ(request->buffer_count, 3u);
    EXPECT_EQ(request->buffers[0].physical, 0x8000'0000u);
    EXPECT_EQ(request->buffers[0].size, kPageSize);
    EXPECT_EQ(request->buffers[1].physical, 0x9000'0000u);
    EXPECT_EQ(request->buffers[1].size, 3 * kPageSize);
    EXPECT_EQ(request->buffers[2].physical, 0xa000'0000u);
    EXPECT_EQ(request->buffers[2].size, 2 * kPageSize);
    session.begin();
    ASSERT_TRUE(client.submit({SessionOp::Read, 5, 63, 1, 0}));
    EXPECT_EQ(session.next()->buffers[0].physical, 0xa000'0000u + 59 * kPageSize);
}

TEST_F(SessionTest, AFlushWaitsForWhatIsBeforeIt) {
    submit(1);
    submit(2);
    submit(3, SessionOp::Flush);
    submit(4);
    EXPECT_EQ(begin(), 1);
    const unsigned first = last;
    EXPECT_EQ(begin(), 2);
    EXPECT_EQ(begin(), -1);
    session.complete(last, SessionStatus::Ok);
    EXPECT_EQ(begin(), -1);
    EXPECT_TRUE(session.may_wait()) << "for the device, though the ring is not empty";
    session.complete(first, SessionStatus::Ok);
    EXPECT_EQ(begin(), 3);
    EXPECT_EQ(begin(), 4) << "what comes after a flush need not wait for it";
}

TEST_F(SessionTest, RecoversInTheOrderOfSubmission) {
    for (unsigned i = 0; i < kSessionSlots; i++) submit(i);
    for (unsigned i = 0; i < kSessionSlots; i++) EXPECT_EQ(begin(), int(i));
    // Every other one is answered, and its slot used again: slots and places in the ring are out of order now.
    for (unsigned slot = 0; slot < kSessionSlots; slot += 2) session.complete(slot, SessionStatus::Ok);
    for (unsigned i = 0; i < kSessionSlots / 2; i++) ASSERT_TRUE(client.take());
    for (unsigned i = 0; i < kSessionSlots / 2; i++) submit(100 + i, i == 3 ? SessionOp::Flush : SessionOp::Read);

    session = Session(page, kRuns);
    session.recover();
    EXPECT_EQ(page.epoch, 1u);
    for (unsigned i = 1; i < kSessionSlots; i += 2) EXPECT_EQ(begin(), int(i));
    for (unsigned i = 0; i < 3; i++) EXPECT_EQ(begin(), int(100 + i));
    EXPECT_EQ(begin(), -1) << "the flush still waits for all before it";
}

TEST_F(SessionTest, RecoversWhenTheTailsHaveWrapped) {
    page.submit_tail = 0xffff'fffe;
    for (unsigned i = 0; i < 4; i++) {
        page.slots[3 - i].op = SessionOp::Flush;
        page.slots[3 - i].block = i;
        page.slots[3 - i].sequence = 0xffff'fffe + i;
        page.slots[3 - i].state = SlotState::Submitted;
        page.submit[(0xffff'fffe + i) % kSessionSlots] = std::uint8_t(3 - i);
        page.submit_tail++;
    }
    session.recover();
    for (unsigned i = 0; i < 4; i++) {
        EXPECT_EQ(begin(), int(i));
        session.complete(last, SessionStatus::Ok);
    }
    EXPECT_EQ(begin(), -1);
}

/// What is on its way into the ring when a driver recovers is taken once.
TEST_F(SessionTest, RecoversAtEveryMomentOfASubmit) {
    for (unsigned moment = 0; moment < 12; moment++) {
        page = {};
        start_session(page);
        client = SessionClient(page);
        submit(1);
        session = Session(page, kRuns);
        unsigned accesses = 0;
        bool inside = false;
        shared::before_access = [&] {
            if (inside || accesses++ != moment) return;
            inside = true;
            session.recover();
            inside = false;
        };
        submit(2);
        shared::before_access = nullptr;
        EXPECT_EQ(begin(), 1) << moment;
        session.complete(last, SessionStatus::Ok);
        EXPECT_EQ(begin(), 2) << moment;
        session.complete(last, SessionStatus::Ok);
        EXPECT_EQ(begin(), -1) << moment;
    }
}

/// If the walk took what is not in the ring yet, the ring would name its slot once more, for whatever is in it by then:
/// here a flush, which would begin before the request that it has to wait for.
TEST_F(SessionTest, RecoversNothingThatTheRingWillBring) {
    for (unsigned i = 0; i < 5; i++) submit(i);
    bool inside = false;
    shared::before_access = [&] {
        if (inside || page.slots[5].state != SlotState::Submitted || page.submit_tail != 5) return;
        inside = true;
        session.recover();
    };
    submit(5);
    shared::before_access = nullptr;
    EXPECT_FALSE(client.take()) << "it has seen the new epoch";
    for (unsigned i = 0; i < 5; i++) EXPECT_EQ(begin(), int(i));
    if (begin() == 5) session.complete(5, SessionStatus::Ok);
    for (unsigned i = 0; i < 5; i++) session.complete(i, SessionStatus::Ok);
    EXPECT_TRUE(client.take() && client.take());
    submit(6);
    submit(7, SessionOp::Flush);
    EXPECT_EQ(begin(), 6);
    EXPECT_EQ(begin(), -1) << "the flush waits";
}

TEST_F(SessionTest, ASlotThatTheRingNamesTwiceIsServedOnce) {
    submit(1);
    page.submit[1] = page.submit[0];
    page.submit_tail++;
    EXPECT_EQ(begin(), 1);
    session.complete(last, SessionStatus::Ok);
    EXPECT_EQ(begin(), -1);
}

TEST_F(SessionTest, ATailThatIsFarAwayCostsNoTime) {
    page.submit_tail = 0x8000'0000;
    EXPECT_EQ(begin(), -1);
    EXPECT_TRUE(session.may_wait());
}

TEST_F(SessionTest, SignalsOnlyWhereTheyAreWanted) {
    submit(1);
    EXPECT_FALSE(client.owes_signal()) << "the driver has not said that it waits";
    EXPECT_FALSE(session.may_wait()) << "there is something to do";
    EXPECT_EQ(begin(), 1);
    EXPECT_TRUE(session.may_wait());
    submit(2);
    EXPECT_TRUE(client.owes_signal());
    EXPECT_FALSE(client.owes_signal()) << "it has been signalled";
    EXPECT_EQ(begin(), 2);
    EXPECT_TRUE(client.may_wait());
    EXPECT_FALSE(session.owes_signal()) << "there is no answer";
    session.complete(last, SessionStatus::Ok);
    EXPECT_TRUE(session.owes_signal());
    EXPECT_FALSE(session.owes_signal()) << "it has been signalled";
    EXPECT_FALSE(client.may_wait()) << "there is an answer";
    EXPECT_TRUE(client.take());
    submit(3);
    EXPECT_FALSE(client.owes_signal()) << "the driver is awake";
    EXPECT_EQ(begin(), 3);
    session.complete(last, SessionStatus::Ok);
    EXPECT_FALSE(session.owes_signal()) << "it is awake";
}

TEST_F(SessionTest, ARefusalIsAnAnswerToo) {
    ASSERT_TRUE(client.submit({SessionOp::Read, 0, kPages, 1, 0}));
    EXPECT_TRUE(client.may_wait());
    EXPECT_EQ(begin(), -1);
    EXPECT_TRUE(session.owes_signal());
    EXPECT_EQ(client.take()->status, SessionStatus::BadRequest);
}

TEST_F(SessionTest, ARecoveryIsSignalledToWhoeverSleepsOrNot) {
    session.recover();
    EXPECT_TRUE(session.owes_signal());
    EXPECT_FALSE(session.owes_signal());
}

}  // namespace
}  // namespace glenda::driver
