// SPDX-License-Identifier: MIT
// user/driver/session.h: clients and drivers that write whatever they like, whenever they like.
#include <cstring>
#include <random>

#include "session_fixture.h"
#include "steps.h"

namespace glenda::driver {
namespace {

/// A driver that serves a page, and checks that it only ever does what a client may ask for.
struct Witness {
    explicit Witness(SessionPage& page) : session(page, kRuns) {}
    void step(std::mt19937& random) {
        if (const Session::Request* request = session.next()) {
            ASSERT_LT(request->slot, kSessionSlots);
            ASSERT_EQ(in_flight >> request->slot & 1, 0u) << "twice at once";
            ASSERT_LE(request->buffer_count, kMaxRequestPages);
            const bool has_none = request->op == SessionOp::Flush || request->op == SessionOp::Discard;
            const bool is_send = request->op == SessionOp::Send;
            ASSERT_EQ(request->buffer_count == 0, has_none);
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
    for (unsigned step = 0; step < steps(1'000'000u); step++) {
        witness.step(random);
        ASSERT_FALSE(HasFailure()) << "step " << step;
    }
    EXPECT_GT(witness.begun, steps(100'000u));
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
    for (unsigned step = 0; step < steps(1'000'000u); step++) {
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
