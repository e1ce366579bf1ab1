// SPDX-License-Identifier: MIT
// user/driver/session.h: order, signals, and clients that write whatever they like, whenever they like.
#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "driver/session.h"
#include "driver/session_client.h"
#include "driver/shared.h"

namespace glenda::driver {
namespace {

constexpr DataRun kRuns[] = {{0x8000'0000, 1}, {0x9000'0000, 3}, {0xa000'0000, 60}};
constexpr std::uint32_t kPages = 64;

class SessionTest : public testing::Test {
protected:
    SessionTest() { start_session(page); }
    void TearDown() override { shared::before_access = nullptr; }
    /// Submits a read of one block, or another request.
    void submit(std::uint64_t cookie, SessionOp op = SessionOp::Read) {
        ASSERT_TRUE(client.submit({op, cookie, 0, op == SessionOp::Flush ? 0u : 1u, cookie}));
    }
    /// The block of the next request, which begins; -1 if there is none.
    int begin() {
        const Session::Request* request = session.next();
        if (request == nullptr) return -1;
        last = request->slot;
        const int block = int(request->block);
        session.begin();
        return block;
    }

    SessionPage page{};
    SessionClient client{page};
    Session session{page, kRuns};
    unsigned last = 0;
};

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

// --- what a client may write ----------------------------------------------------------------------------------------

/// A driver that serves a page, and checks that it only ever does what a client may ask for.
struct Witness {
    explicit Witness(SessionPage& page) : session(page, kRuns) {}
    void step(std::mt19937& random) {
        if (const Session::Request* request = session.next()) {
            ASSERT_LT(request->slot, kSessionSlots);
            ASSERT_EQ(in_flight >> request->slot & 1, 0u) << "twice at once";
            ASSERT_LE(request->buffer_count, kMaxRequestPages);
            const bool has_none = request->op == SessionOp::Flush || request->op == SessionOp::Discard;
            ASSERT_EQ(request->buffer_count == 0, has_none);
            const bool is_send = request->op == SessionOp::Send;
            ASSERT_TRUE(!is_send || (request->length != 0 && request->length <= kPageSize));
            ASSERT_TRUE(request->op != SessionOp::Flush || in_flight == 0);
            for (const Buffer& buffer : request->data()) ASSERT_TRUE(lies_in_a_run(buffer));
            begun++;
            in_flight |= bit(request->slot);
            session.begin();
        }
        if (in_flight != 0 && random() % 2 == 0) {
            const unsigned slot = lowest_bit(in_flight);
            in_flight &= in_flight - 1;
            session.complete(slot, SessionStatus::Ok);
        }
        (void)session.may_wait();
        (void)session.owes_signal();
        if (random() % 1000 == 0) {
            session.recover();
            in_flight = 0;
        }
    }
    static bool lies_in_a_run(const Buffer& buffer) {
        for (const DataRun& run : kRuns) {
            const std::uint64_t offset = buffer.physical - run.physical;
            if (offset < run.pages * kPageSize && buffer.size <= run.pages * kPageSize - offset)
                return buffer.size != 0;
        }
        return false;
    }
    Session session;
    std::uint64_t in_flight = 0, begun = 0;
};

/// A million steps beside a client that writes numbers everywhere, also between any two accesses of the driver.
TEST_F(SessionTest, AHostileClientHarmsNobody) {
    std::mt19937 random(5);
    Witness witness(page);
    bool inside = false;
    const auto scribble = [&] {
        SessionSlot& slot = page.slots[random() % kSessionSlots];
        const std::uint32_t wild = random() % 2 == 0 ? std::uint32_t(random()) : random() % (kPages + 2);
        switch (random() % 13) {
            case 0: page.submit_tail += random() % 4; break;
            case 1: page.submit_tail = wild; break;
            case 2: page.submit[random() % kSessionSlots] = std::uint8_t(random()); break;
            case 3: slot.state = SlotState(random() % 4); break;
            case 4: slot.op = SessionOp(random() % 8); break;
            case 5: slot.data_page = wild; break;
            case 6: slot.pages = wild % 20; break;
            case 9: slot.length = wild; break;
            case 7: slot.sequence = page.submit_tail - wild; break;
            case 8: reinterpret_cast<std::uint8_t*>(&page)[random() % sizeof(page)] = std::uint8_t(random()); break;
            default:
                slot = {SlotState::Submitted,
                        SessionOp(1 + random() % 6),
                        {},
                        page.submit_tail,
                        random(),
                        std::uint32_t(random() % kPages),
                        1,
                        0,
                        64,
                        0};
                page.submit[page.submit_tail++ % kSessionSlots] = std::uint8_t(&slot - page.slots);
        }
    };
    shared::before_access = [&] {
        if (inside || random() % 4 != 0) return;
        inside = true;
        scribble();
        inside = false;
    };
    for (unsigned step = 0; step < 1'000'000; step++) {
        witness.step(random);
        ASSERT_FALSE(HasFailure()) << "step " << step;
    }
    EXPECT_GT(witness.begun, 100'000u);
}

/// The client, too, survives a driver that writes anything.
TEST_F(SessionTest, AHostileDriverHarmsNobody) {
    std::mt19937 random(6);
    bool inside = false;
    shared::before_access = [&] {
        if (inside || random() % 4 != 0) return;
        inside = true;
        switch (random() % 5) {
            case 0: page.complete_tail = std::uint32_t(random()); break;
            case 1: page.complete[random() % kSessionSlots] = std::uint8_t(random()); break;
            case 2: page.slots[random() % kSessionSlots].state = SlotState(random() % 4); break;
            case 3: page.epoch += random() % 2; break;
            default: reinterpret_cast<std::uint8_t*>(&page)[random() % sizeof(page)] = std::uint8_t(random());
        }
        inside = false;
    };
    unsigned submitted = 0, answered = 0;
    for (unsigned step = 0; step < 1'000'000; step++) {
        switch (random() % 3) {
            case 0: submitted += client.submit({SessionOp::Read, 0, 0, 1, 0}); break;
            case 1: answered += client.take().has_value(); break;
            case 2: (void)client.may_wait();
        }
        ASSERT_EQ(client.outstanding(), submitted - answered);
    }
    EXPECT_GT(answered, 10'000u);
}

}  // namespace
}  // namespace glenda::driver
