// SPDX-License-Identifier: MIT
// UTCBs that are shared, revoked or replaced while their thread waits. The tag of the message that arrives says how
// much of it is valid, and the kernel writes nothing to a page that is no longer the thread's UTCB.
#include "common/ktest.h"
#include "glenda/message.h"

namespace glenda::ktest {

namespace {

void expect_invariants() { EXPECT(need(environment().machine.check())); }

constexpr std::uint64_t kStale = 0xdead'0000;

/// Fills the words of this thread's UTCB with `base` + index.
void fill(std::uint64_t base) {
    for (unsigned i = 0; i < kMaxWords; i++) utcb()->words[i] = base + i;
}

/// A sender of 20 words and a capability loses its UTCB or its CSpace while it waits.
void sender_loses() {
    const Endpoint endpoint = need(pool().endpoint());
    const CPtr slot = need(pool().slots(2));
    const CNode own = with_rights(node(), Rights::All);
    const CPtr gift = need(pool().notification()).cptr();
    Error got = Error::Ok;
    auto body = [&] {
        fill(100);
        utcb()->send_caps[0] = gift;
        got = error_of(endpoint.send({.tag = Tag(5, 20, 1), .words = {1, 2, 3, 4}}));
    };
    for (const bool loses_utcb : {true, false}) {
        Thread thread(body);
        need(thread.tcb.configure({.cspace = own}));
        thread.start();
        EXPECT_EQ(thread.state(), ThreadState::BlockedSend);
        if (loses_utcb) EXPECT_OK(node().revoke(thread.utcb_frame.cptr()));
        if (!loses_utcb) EXPECT_OK(node().revoke(own.cptr()));
        fill(kStale);
        const ReceiveSlots before = set_receive_slots({node(), slot, 2});
        const Message message = endpoint.nb_recv(0);
        set_receive_slots(before);
        EXPECT_EQ(message.tag.label(), 5);
        EXPECT_EQ(message.tag.length(), loses_utcb ? 4 : 20);
        EXPECT_EQ(message.tag.caps(), 0);
        EXPECT_EQ(message.words[3], 4);
        EXPECT_EQ(utcb()->words[4], loses_utcb ? kStale + 4 : 104);
        EXPECT_EQ(utcb()->words[20], kStale + 20);
        EXPECT_OK(got);
    }
    expect_invariants();
}

/// A receiver that loses its UTCB while it waits gets four words, and nothing is written to its former page.
void receiver_loses() {
    const Endpoint endpoint = need(pool().endpoint());
    const Reply reply = need(pool().reply());
    const CPtr gift = need(pool().notification()).cptr();
    Message got{};
    auto body = [&] { got = endpoint.recv(reply.cptr()); };
    Thread thread(body);
    thread.start();
    EXPECT_OK(node().revoke(thread.utcb_frame.cptr()));
    Utcb& page = *thread.utcb_page;
    for (std::uint64_t& word : page.words) word = kStale;
    page.receive_cnode = kRootCNode;
    page.receive_index = need(pool().slot());
    page.receive_count = 4;
    fill(7);
    utcb()->send_caps[0] = gift;
    EXPECT_OK(endpoint.send({.tag = Tag(5, kMaxWords, 1), .words = {1, 2, 3, 4}}));
    EXPECT_EQ(got.tag.length(), 4);
    EXPECT_EQ(got.tag.caps(), 0);
    EXPECT_EQ(got.words[0], 1);
    for (const std::uint64_t word : page.words) EXPECT_EQ(word, kStale);
    EXPECT_EQ(need(node().info(page.receive_index)).type, CapType::Null);
    expect_invariants();
}

/// A caller has lost its UTCB when the longest reply arrives.
void caller_loses() {
    const Endpoint endpoint = need(pool().endpoint());
    const Reply reply = need(pool().reply());
    Message got{};
    auto body = [&] { got = endpoint.call({}); };
    Thread thread(body);
    thread.start();
    EXPECT_OK(endpoint.nb_recv(reply.cptr()));
    EXPECT_OK(node().revoke(thread.utcb_frame.cptr()));
    fill(7);
    EXPECT_OK(reply.send({.tag = Tag(9, kMaxWords), .words = {1, 2, 3, 4}}));
    EXPECT_EQ(got.tag.length(), 4);
    EXPECT_EQ(got.tag.label(), 9);
    EXPECT_EQ(got.words[3], 4);
}

/// A caller gets another UTCB while it waits: the reply is written to the new one.
void replaced() {
    const Endpoint endpoint = need(pool().endpoint());
    const Reply reply = need(pool().reply());
    const Frame other = mapped_frame(kArea);
    auto body = [&] { (void)endpoint.call({.tag = Tag(1, 6)}); };
    Thread thread(body);
    thread.start();
    need(thread.tcb.configure({.utcb_frame = other, .utcb_address = kArea}));
    EXPECT_EQ(endpoint.nb_recv(reply.cptr()).tag.length(), 6);
    thread.utcb_page->words[5] = kStale;
    fill(7);
    EXPECT_OK(reply.send({.tag = Tag(9, 6)}));
    EXPECT_EQ(thread.utcb_page->words[5], kStale);
    EXPECT_EQ(word_at(kArea + 8 * 5), 12);
    EXPECT_EQ(word_at(kArea + 8 * 6), 0);
}

/// Sender and receiver share a UTCB, so the sender sets the receive slots.
void shared() {
    const Endpoint endpoint = need(pool().endpoint());
    const CPtr slot = need(pool().slots(4));
    const CPtr gift = need(pool().notification()).cptr();
    Message got{};
    auto body = [&] { got = endpoint.recv(0); };
    Thread thread(body);
    need(thread.tcb.configure({.utcb_frame = Frame(kRootUtcb), .utcb_address = kRootUtcbAddress}));
    thread.start();
    fill(7);
    const ReceiveSlots before = set_receive_slots({node(), slot, 4});
    for (CPtr& cap : utcb()->send_caps) cap = gift;
    EXPECT_OK(endpoint.send({.tag = Tag(5, kMaxWords, 4)}));
    set_receive_slots(before);
    EXPECT_EQ(got.tag.length(), kMaxWords);
    EXPECT_EQ(got.tag.caps(), 4);
    for (unsigned i = 4; i < kMaxWords; i++) EXPECT_EQ(utcb()->words[i], 7 + i);
    for (unsigned i = 0; i < 4; i++) EXPECT_EQ(need(node().info(slot + i)).type, CapType::Notification);
    expect_invariants();
}

/// The UTCB's frame is unmapped, then mapped read-only: the kernel still uses it.
void unmapped() {
    const Endpoint endpoint = need(pool().endpoint());
    auto body = [&] { (void)endpoint.recv(0); };
    Thread thread(body);
    thread.start();
    const std::uint64_t address = need(thread.utcb_frame.info()).mapped_at;
    EXPECT_OK(thread.utcb_frame.unmap());
    fill(7);
    EXPECT_OK(endpoint.send({.tag = Tag(5, 8)}));
    need(thread.utcb_frame.map(space(), address, MapFlags::Read));
    EXPECT_EQ(thread.utcb_page->words[7], 14);
}

/// Receive slots with wrong values: an index outside the CNode, a count that is too large, no CNode.
void receive_slots() {
    const Endpoint endpoint = need(pool().endpoint());
    const CNode box = need(pool().cnode(2));
    const CPtr gift = need(pool().notification()).cptr();
    struct {
        CPtr node;
        std::uint64_t index, count;
        unsigned arrive;
    } const kinds[] = {{box.cptr(), 1, ~0ul, 3},
                       {box.cptr(), 1, 4, 3},
                       {box.cptr(), 3, 4, 1},
                       {box.cptr(), 4, 4, 0},
                       {box.cptr(), 0, 4, 0},
                       {box.cptr(), ~0ul, 4, 0},
                       {box.cptr(), ~0ul - 1, ~0ul, 0},
                       {box.cptr(), bit(32) + 1, 4, 0},
                       {box.cptr(), 1, bit(32), 3},
                       {box.cptr(), 1, 1, 1},
                       {0, 1, 4, 0},
                       {~0ul, 1, 4, 0}};
    for (const auto& kind : kinds) {
        Message got{};
        auto body = [&] {
            utcb()->receive_cnode = kind.node;
            utcb()->receive_index = kind.index;
            utcb()->receive_count = kind.count;
            got = endpoint.recv(0);
        };
        Thread thread(body, {.stack = {}});
        thread.start();
        for (CPtr& cap : utcb()->send_caps) cap = gift;
        EXPECT_OK(endpoint.send({.tag = Tag(5, 0, 4)}));
        EXPECT_EQ(got.tag.caps(), kind.arrive);
        unsigned full = 0;
        for (unsigned i = 1; i < 4; i++) full += need(box.info(i)).type == CapType::Notification ? 1 : 0;
        EXPECT_EQ(full, kind.arrive);
        EXPECT_OK(node().revoke(gift));
    }
    expect_invariants();
}

/// A caller without a UTCB makes calls whose replies need more words than the registers hold.
void replies_without_utcb() {
    const Tcb other = need(pool().tcb());
    Message info{}, trace{}, read{};
    auto body = [&] {
        info = sys::call(other.cptr(), {.tag = Tag(std::uint64_t(TcbMethod::Info), 0)});
        trace = sys::call(kRootMachine, {.tag = Tag(std::uint64_t(MachineMethod::TraceRead), 1)});
        read = sys::call(kRootMachine, {.tag = Tag(std::uint64_t(MachineMethod::Counter), 1), .words = {0, 8, 9, 10}});
    };
    Thread thread(body);
    EXPECT_OK(node().revoke(thread.utcb_frame.cptr()));
    thread.start();
    EXPECT(thread.has_finished());
    EXPECT_EQ(info.tag.length(), 4);
    EXPECT_ERROR(NoUtcb, trace);
    EXPECT_EQ(read.tag.length(), 1);
    EXPECT_EQ(read.words[1], 8);  // registers past the reply's length are unchanged
    EXPECT_EQ(read.words[3], 10);
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"utcb_sender_loses", sender_loses},
                                      {"utcb_receiver_loses", receiver_loses},
                                      {"utcb_caller_loses", caller_loses},
                                      {"utcb_replaced", replaced},
                                      {"utcb_shared", shared},
                                      {"utcb_unmapped", unmapped},
                                      {"utcb_receive_slots", receive_slots},
                                      {"utcb_replies_without_utcb", replies_without_utcb}};
    return run_cases(kCases);
}
