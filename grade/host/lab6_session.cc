// SPDX-License-Identifier: MIT
// Lab 6, exercise 6.7: the driver's side of a session: requests in their order, and nothing that is believed.
#include "lab6_session.h"

#include <algorithm>
#include <array>

namespace glenda {

namespace {

using host::kPages;
using host::kRuns;
using host::SessionWorld;
using namespace driver;

void in_order() {
    SessionWorld world;
    for (unsigned i = 0; i < 300; i++) {  // the rings are used several times over
        world.submit(i);
        world.submit(1000 + i);
        EXPECT_EQ(world.begin(), int(i));
        world.session.complete(world.last, SessionStatus::Ok);
        EXPECT_EQ(world.begin(), int(1000 + i));
        EXPECT_EQ(world.begin(), -1);
        EXPECT(!world.session.is_idle());
        world.session.complete(world.last, SessionStatus::Failed, 77);
        EXPECT(world.session.is_idle());
        const auto first = world.client.take(), second = world.client.take();
        EXPECT(first && first->cookie == i && first->status == SessionStatus::Ok);
        EXPECT(second && second->cookie == 1000 + i && second->status == SessionStatus::Failed);
        EXPECT_EQ(second->length, 77u);
        EXPECT(!world.client.take());
    }
}

/// All slots at once, answered from the last to the first.
void answered_in_any_order() {
    SessionWorld world;
    for (unsigned i = 0; i < kSessionSlots; i++) world.submit(i);
    std::array<unsigned, kSessionSlots> slots;
    for (unsigned i = 0; i < kSessionSlots; i++) {
        EXPECT_EQ(world.begin(), int(i));
        slots[i] = world.last;
    }
    for (unsigned i = kSessionSlots; i-- != 0;) world.session.complete(slots[i], SessionStatus::Ok);
    for (unsigned i = kSessionSlots; i-- != 0;) {
        const auto answer = world.client.take();
        EXPECT(answer && answer->cookie == i);
    }
    EXPECT_EQ(world.client.outstanding(), 0u);
}

void expect_data(std::uint32_t page, std::uint32_t pages, std::initializer_list<Buffer> wanted,
                 host::Caller = std::source_location::current()) {
    SessionWorld world;
    EXPECT(world.client.submit({.op = SessionOp::Write, .data_page = page, .pages = pages}));
    const Session::Request* request = world.session.next();
    EXPECT(request != nullptr);
    EXPECT_EQ(request->pages, pages);
    EXPECT_EQ(request->buffer_count, unsigned(wanted.size()));
    for (unsigned i = 0; i < wanted.size(); i++) {
        EXPECT_EQ(request->buffers[i].physical, wanted.begin()[i].physical);
        EXPECT_EQ(request->buffers[i].size, wanted.begin()[i].size);
    }
}

/// A request's pages are found in the session's runs: one buffer for each run that they touch.
void data_where_the_runs_are() {
    constexpr std::uint32_t kOne = kPageSize;
    expect_data(0, 1, {{0x8000'0000, kOne}});
    expect_data(0, 6, {{0x8000'0000, kOne}, {0x9000'0000, 3 * kOne}, {0xa000'0000, 2 * kOne}});
    expect_data(2, 1, {{0x9000'0000 + kOne, kOne}});
    expect_data(3, 2, {{0x9000'0000 + 2 * kOne, kOne}, {0xa000'0000, kOne}});
    expect_data(4, 16, {{0xa000'0000, 16 * kOne}});
    expect_data(63, 1, {{0xa000'0000 + 59 * kOne, kOne}});
    expect_data(48, 16, {{0xa000'0000 + 44 * kOne, 16 * kOne}});
}

/// A request that the client has got wrong is answered, and the one behind it is served.
void expect_refused(const SessionRequest& request, host::Caller = std::source_location::current()) {
    SessionWorld world;
    EXPECT(world.client.submit(request));
    world.submit(9);
    EXPECT_EQ(world.serve(), 9);
    EXPECT(world.session.is_idle());
    const auto refused = world.client.take();
    EXPECT(refused && refused->status == SessionStatus::BadRequest);
    const auto served = world.client.take();
    EXPECT(served && served->cookie == 9 && served->status == SessionStatus::Ok);
}
void refused() {
    expect_refused({.op = SessionOp::Read, .data_page = kPages, .pages = 1});
    expect_refused({.op = SessionOp::Read, .data_page = kPages - 1, .pages = 2});
    expect_refused({.op = SessionOp::Read, .data_page = 0xffff'ffff, .pages = 1});
    expect_refused({.op = SessionOp::Read, .data_page = 0xffff'ffff, .pages = 2});
    expect_refused({.op = SessionOp::Write, .data_page = 0, .pages = 0});
    expect_refused({.op = SessionOp::Write, .data_page = 0, .pages = kMaxRequestPages + 1});
    expect_refused({.op = SessionOp::Read, .data_page = 0, .pages = 0xffff'ffff});
    expect_refused({.op = SessionOp(0), .pages = 1});
    expect_refused({.op = SessionOp(99), .pages = 1});
}

void flush_waits() {
    SessionWorld world;
    world.submit(1);
    world.submit(2);
    world.submit(3, SessionOp::Flush);
    world.submit(4);
    EXPECT_EQ(world.begin(), 1);
    const unsigned first = world.last;
    EXPECT_EQ(world.begin(), 2);
    EXPECT_EQ(world.begin(), -1);
    world.session.complete(world.last, SessionStatus::Ok);
    EXPECT_EQ(world.begin(), -1);
    world.session.complete(first, SessionStatus::Ok);
    EXPECT_EQ(world.begin(), 3);
    EXPECT_EQ(world.begin(), 4);
}

/// A request without data has none, also behind one that has some.
void no_data_but_its_own() {
    for (const SessionOp op : {SessionOp::Flush, SessionOp::Discard}) {
        SessionWorld world;
        EXPECT(world.client.submit({.op = SessionOp::Write, .data_page = 0, .pages = 6}));
        EXPECT(world.serve() >= 0);
        EXPECT(world.client.submit({.op = op, .pages = 1}));
        const Session::Request* request = world.session.next();
        EXPECT(request != nullptr && request->op == op);
        EXPECT(request->data().empty());
    }
}

// --- a client without sense -----------------------------------------------------------------------------------------

void wild_ring() {
    SessionWorld world;
    world.submit(1);
    world.submit(2);
    EXPECT(world.serve() == 1 && world.serve() == 2 && world.client.take() && world.client.take());
    world.submit(3);                              // in slot 0
    world.page.submit[3] = world.page.submit[2];  // once more
    world.page.submit[4] = kSessionSlots;         // no slot
    world.page.submit[5] = 255;
    world.page.submit[6] = 1;  // a free one, in which an old request is
    world.page.submit_tail = 7;
    EXPECT_EQ(world.begin(), 3);
    EXPECT_EQ(world.begin(), -1);
    world.session.complete(world.last, SessionStatus::Ok);
    EXPECT_EQ(world.begin(), -1);
    EXPECT(world.page.slots[1].state == SlotState::Free);
    EXPECT(world.session.is_idle());
    EXPECT(world.session.may_wait());
}

/// However far the tail is, the driver looks at no more entries than there are.
void wild_tail() {
    for (const std::uint32_t tail : {kSessionSlots + 1, 1000u, 0x8000'0000u, 0xffff'ffffu}) {
        SessionWorld world;
        world.submit(7);
        world.page.submit_tail = tail;
        unsigned accesses = 0;
        shared::before_access = [&] { accesses++; };
        EXPECT_EQ(world.begin(), 7);
        EXPECT_EQ(world.begin(), -1);
        EXPECT(accesses < 5 * kSessionSlots);
        EXPECT(world.session.may_wait());
    }
}

/// What the client writes while the driver looks: what was checked is what counts.
void changes_its_mind() {
    for (const std::uint32_t pages : {2u, 1'000'000u}) {
        for (unsigned moment = 1; moment < 16; moment++) {
            SessionWorld world;
            world.submit(7);
            unsigned accesses = 0;
            shared::before_access = [&] {
                if (++accesses != moment) return;
                SessionSlot& slot = world.page.slots[0];
                slot.op = SessionOp::Write;
                slot.block = 12345;
                slot.data_page = 5;
                slot.pages = pages;
            };
            const Session::Request* request = world.session.next();
            shared::before_access = nullptr;
            if (request == nullptr) continue;  // then it was refused
            EXPECT(request->pages <= kMaxRequestPages);
            EXPECT(request->buffer_count == 1 && request->buffers[0].size == request->pages * kPageSize);
        }
    }
}

/// The client looks at every moment: a slot that is Done has its answer, and one that the ring names is Done.
void answer_comes_whole() {
    SessionWorld world;
    world.submit(999);  // so that the others are not in slot 0
    EXPECT_EQ(world.begin(), 999);
    for (unsigned round = 0; round < 2 * kSessionSlots; round++) {
        world.submit(round);
        EXPECT_EQ(world.begin(), int(round));
        const SessionSlot& slot = world.page.slots[world.last];
        const std::uint32_t tail = world.page.complete_tail;
        shared::before_access = [&] {
            if (slot.state == SlotState::Done) EXPECT(slot.status == SessionStatus::ReadOnly && slot.length == 5);
            if (world.page.complete_tail == tail) return;
            EXPECT_EQ(world.page.complete_tail, tail + 1);
            EXPECT(slot.state == SlotState::Done);
            EXPECT_EQ(unsigned(world.page.complete[tail % kSessionSlots]), world.last);
        };
        world.session.complete(world.last, SessionStatus::ReadOnly, 5);
        shared::before_access();
        shared::before_access = nullptr;
        const auto answer = world.client.take();
        EXPECT(answer && answer->status == SessionStatus::ReadOnly);
    }
}

/// Signals only where they are wanted: who is awake, or has not waited, needs none.
void signals_wanted() {
    SessionWorld world;
    world.submit(1);
    EXPECT(!world.client.owes_signal());
    EXPECT(!world.session.may_wait());
    EXPECT_EQ(world.begin(), 1);
    EXPECT(world.session.may_wait());
    world.submit(2);
    EXPECT(world.client.owes_signal());
    EXPECT_EQ(world.begin(), 2);
    world.submit(3);
    EXPECT(!world.client.owes_signal());  // the driver has looked since: it is awake
    EXPECT(world.client.may_wait());
    EXPECT(!world.session.owes_signal());
    world.session.complete(world.last, SessionStatus::Ok);
    EXPECT(world.session.owes_signal());
    EXPECT(!world.session.owes_signal());
    EXPECT(!world.client.may_wait());
}

}  // namespace

}  // namespace glenda

int main(int argc, char** argv) {
    using namespace glenda;
    return host::run_cases(argc, argv,
                           {{"in_order", in_order},
                            {"answered_in_any_order", answered_in_any_order},
                            {"data_where_the_runs_are", data_where_the_runs_are},
                            {"refused", refused},
                            {"flush_waits", flush_waits},
                            {"no_data_but_its_own", no_data_but_its_own},
                            {"wild_ring", wild_ring},
                            {"wild_tail", wild_tail},
                            {"changes_its_mind", changes_its_mind},
                            {"answer_comes_whole", answer_comes_whole},
                            {"signals_wanted", signals_wanted}});
}
