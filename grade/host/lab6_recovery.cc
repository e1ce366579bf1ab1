// SPDX-License-Identifier: MIT
// Lab 6, exercise 6.8: what the next driver finds in a session, and what the client makes of the answers of one that
// has ended.
#include "lab6_session.h"

namespace glenda {

namespace {

using host::SessionWorld;
using namespace driver;

/// Slots and places in the ring are out of order when the driver ends: what counts is when a request was submitted.
void oldest_first() {
    SessionWorld world;
    for (unsigned i = 0; i < kSessionSlots; i++) world.submit(i);
    for (unsigned i = 0; i < kSessionSlots; i++) EXPECT_EQ(world.begin(), int(i));
    for (unsigned slot = 0; slot < kSessionSlots; slot += 2) world.session.complete(slot, SessionStatus::Ok);
    for (unsigned i = 0; i < kSessionSlots / 2; i++) EXPECT(world.client.take());
    for (unsigned i = 0; i < kSessionSlots / 2; i++) world.submit(100 + i, i == 3 ? SessionOp::Flush : SessionOp::Read);
    world.restart();
    EXPECT_EQ(world.page.epoch, 1u);
    EXPECT(world.session.owes_signal());
    for (unsigned i = 1; i < kSessionSlots; i += 2) EXPECT_EQ(world.begin(), int(i));
    for (unsigned i = 0; i < 3; i++) EXPECT_EQ(world.begin(), int(100 + i));
    EXPECT_EQ(world.begin(), -1);  // the flush still waits for all before it
}

/// Tails wrap; a request that was submitted before that is older than one after it.
void wrapped_tail() {
    SessionWorld world;
    world.page.submit_tail = 0xffff'fffe;
    for (unsigned i = 0; i < 4; i++) {
        SessionSlot& slot = world.page.slots[3 - i];
        slot.op = SessionOp::Flush;
        slot.block = i;
        slot.sequence = 0xffff'fffe + i;
        slot.state = SlotState::Submitted;
        world.page.submit[(0xffff'fffe + i) % kSessionSlots] = std::uint8_t(3 - i);
        world.page.submit_tail++;
    }
    world.session.recover();
    for (int i = 0; i < 4; i++) EXPECT_EQ(world.serve(), i);
    EXPECT_EQ(world.serve(), -1);
}

/// What is on its way into the ring when a driver begins is served once.
void at_every_moment_of_a_submit() {
    for (unsigned moment = 1; moment <= 13; moment++) {
        SessionWorld world;
        world.submit(1);
        unsigned accesses = 0;
        shared::before_access = [&] {
            if (++accesses == moment) world.restart();
        };
        world.submit(2);
        shared::before_access = nullptr;
        EXPECT_EQ(world.serve(), 1);
        EXPECT_EQ(world.serve(), 2);
        EXPECT_EQ(world.serve(), -1);
    }
}

/// What the ring will bring is not taken before: else the ring names the slot once more, for whatever is in it by then.
void nothing_that_the_ring_brings() {
    SessionWorld world;
    for (unsigned i = 0; i < 5; i++) world.submit(i);
    bool is_done = false;
    shared::before_access = [&] {
        if (is_done || world.page.slots[5].state != SlotState::Submitted || world.page.submit_tail != 5) return;
        is_done = true;
        world.session.recover();
    };
    world.submit(5);
    shared::before_access = nullptr;
    EXPECT(is_done);
    (void)world.client.take();
    for (int i = 0; i < 5; i++) EXPECT_EQ(world.begin(), i);
    if (world.begin() == 5) world.session.complete(world.last, SessionStatus::Ok);
    for (unsigned i = 0; i < 5; i++) world.session.complete(i, SessionStatus::Ok);
    EXPECT(world.client.take() && world.client.take());  // slots 5 and 0 are free
    world.submit(6);
    world.submit(7, SessionOp::Flush);
    EXPECT_EQ(world.begin(), 6);
    EXPECT_EQ(world.begin(), -1);  // the flush waits
}

/// A wild sequence is the client's own damage.
void wild_sequence() {
    for (const std::uint32_t sequence : {5u, 6u, 0x7fff'0000u, 0x8000'0010u, 0xffff'ffffu}) {
        SessionWorld world;
        for (unsigned i = 0; i < 5; i++) world.submit(i);
        world.page.slots[2].sequence = sequence;
        world.restart();
        unsigned served = 0;
        for (int block; (block = world.serve()) >= 0;) {
            EXPECT(block < 5);
            served++;
        }
        EXPECT(served == 4 || served == 5);
        EXPECT(world.session.may_wait());
    }
}

/// The driver has answered, and ended before the ring said so: the client finds the answer, once.
void answered_but_not_told() {
    for (unsigned moment = 1; moment <= 8; moment++) {
        SessionWorld world;
        for (unsigned i = 0; i < 3; i++) world.submit(i);
        EXPECT_EQ(world.begin(), 0);
        EXPECT_EQ(world.begin(), 1);
        struct Ended {};
        unsigned accesses = 0;
        shared::before_access = [&] {
            if (++accesses == moment) throw Ended{};
        };
        try {
            world.session.complete(1, SessionStatus::Ok);
        } catch (const Ended&) {
        }
        shared::before_access = nullptr;
        world.restart();
        while (world.serve() >= 0) {
        }
        bool answered[3] = {};
        for (unsigned i = 0; i < 3; i++) {
            const auto answer = world.client.take();
            EXPECT(answer && answer->cookie < 3 && !answered[answer->cookie]);
            answered[answer->cookie] = true;
        }
        EXPECT(!world.client.take());
        EXPECT_EQ(world.client.outstanding(), 0u);
        EXPECT(world.client.may_wait());
    }
}

/// A tail that no driver can have written: the client looks at its slots, and loses nothing.
void wild_complete_tail() {
    SessionWorld world;
    for (unsigned i = 0; i < 3; i++) world.submit(i);
    for (int i = 0; i < 2; i++) EXPECT_EQ(world.serve(), i);
    world.page.complete_tail = 20'000;
    unsigned accesses = 0;
    shared::before_access = [&] { accesses++; };
    EXPECT(world.client.take() && world.client.take());
    EXPECT(!world.client.take());
    EXPECT(accesses < 5 * kSessionSlots);
    EXPECT_EQ(world.client.outstanding(), 1u);
}

/// An answer is not taken twice: neither by the walk and the ring, nor for another request in the same slot.
void no_answer_twice() {
    SessionWorld world;
    for (unsigned i = 0; i < 4; i++) world.submit(i);
    EXPECT_EQ(world.serve(), 0);
    EXPECT_EQ(world.serve(), 1);
    world.restart();
    EXPECT(world.client.take());
    world.submit(10);  // in the slot that has just become free
    unsigned answers = 1;
    while (world.client.take()) answers++;
    EXPECT_EQ(answers, 2u);
    EXPECT_EQ(world.serve(), 2);
    EXPECT_EQ(world.serve(), 3);
    EXPECT_EQ(world.serve(), 10);
    while (world.client.take()) answers++;
    EXPECT_EQ(answers, 5u);
}

}  // namespace

}  // namespace glenda

int main(int argc, char** argv) {
    using namespace glenda;
    return host::run_cases(argc, argv,
                           {{"oldest_first", oldest_first},
                            {"wrapped_tail", wrapped_tail},
                            {"at_every_moment_of_a_submit", at_every_moment_of_a_submit},
                            {"nothing_that_the_ring_brings", nothing_that_the_ring_brings},
                            {"wild_sequence", wild_sequence},
                            {"answered_but_not_told", answered_but_not_told},
                            {"wild_complete_tail", wild_complete_tail},
                            {"no_answer_twice", no_answer_twice}});
}
