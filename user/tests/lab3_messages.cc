// SPDX-License-Identifier: MIT
// Lab 3, exercise 3.3: long messages, and capabilities that travel with a message.
#include <algorithm>

#include "common/ktest.h"
#include "glenda/message.h"

namespace glenda::ktest {

namespace {

std::uint64_t mix(std::uint64_t seed) { return (seed ^ seed >> 31) * 0x9e37'79b9'7f4a'7c15; }

/// Word `i` of a message that carries `seed`.
std::uint64_t word_of(std::uint64_t seed, unsigned i) { return mix(seed * 131 + i); }

/// Fills registers and UTCB with `length` words.
Message filled(std::uint64_t seed, unsigned length) {
    Message message{.tag = Tag(seed, length)};
    for (unsigned i = 0; i < length; i++) (i < kRegisterWords ? message.words[i] : utcb()->words[i]) = word_of(seed, i);
    return message;
}
unsigned wrong_words(const Message& message, std::uint64_t seed) {
    unsigned wrong = 0;
    for (unsigned i = 0; i < message.tag.length(); i++)
        wrong += (i < kRegisterWords ? message.words[i] : utcb()->words[i]) != word_of(seed, i) ? 1 : 0;
    return wrong;
}

/// Requests of each length arrive unchanged, and so do the replies, which are the longer the shorter the request was.
/// Nothing is written past their ends.
void every_length() {
    constexpr std::uint64_t kCanary = 0xca'ca'ca'ca;
    const Endpoint endpoint = need(pool().endpoint());
    const Reply reply = need(pool().reply());
    unsigned wrong = 0, wrong_length = 0;
    auto server = [&] {
        Message request = endpoint.recv(reply.cptr());
        for (unsigned length = 0;; length++) {
            wrong_length += request.tag.length() != length ? 1 : 0;
            wrong += wrong_words(request, length + 1000);
            if (length == kMaxWords) break;
            request = endpoint.reply_recv(reply.cptr(), filled(length + 2000, kMaxWords - length));
        }
        (void)reply.send(filled(kMaxWords + 2000, 0));
    };
    Thread thread(server);
    thread.start();
    for (unsigned length = 0; length <= kMaxWords && !has_failed(); length++) {
        const Message request = filled(length + 1000, length);
        const unsigned reply_length = kMaxWords - length;
        const auto is_free = [&](unsigned i) { return i >= length && i >= reply_length && i >= kRegisterWords; };
        for (unsigned i = 0; i < kMaxWords; i++)
            if (is_free(i) || i < kRegisterWords) utcb()->words[i] = kCanary;
        const Message received = endpoint.call(request);
        EXPECT_EQ(received.tag.raw(), Tag(length + 2000, reply_length).raw());
        EXPECT_EQ(wrong_words(received, length + 2000), 0);
        for (unsigned i = 0; i < kMaxWords; i++)
            if (is_free(i) || i < kRegisterWords) EXPECT_EQ(utcb()->words[i], kCanary);
    }
    EXPECT_EQ(wrong, 0);
    EXPECT_EQ(wrong_length, 0);
}

/// A thread without a UTCB receives the words in registers, and its tag says how many that were. No capability arrives.
void without_a_utcb() {
    const Endpoint endpoint = need(pool().endpoint());
    Message got[4] = {};
    auto receiver = [&] {
        for (Message& message : got) message = endpoint.recv(0);
    };
    Thread thread(receiver);
    need(node().revoke(thread.utcb_frame.cptr()));  // the Tcb's own capability derives from this one
    thread.start();
    for (const unsigned length : {kMaxWords, kRegisterWords + 1, 2u}) EXPECT_OK(endpoint.nb_send(filled(9, length)));
    utcb()->send_caps[0] = need(pool().notification()).cptr();
    EXPECT_OK(endpoint.nb_send({.tag = Tag(9, 1, 1)}));
    EXPECT_EQ(got[0].tag.raw(), Tag(9, kRegisterWords).raw());
    EXPECT_EQ(got[1].tag.raw(), Tag(9, kRegisterWords).raw());
    EXPECT_EQ(got[2].tag.raw(), Tag(9, 2).raw());
    EXPECT_EQ(got[3].tag.raw(), Tag(9, 1).raw());
    for (unsigned i = 0; i < kRegisterWords; i++) EXPECT_EQ(got[0].words[i], word_of(9, i));
}

/// The sender's UTCB goes while its message waits: what is in registers arrives, and the tag says so.
void utcb_goes() {
    const Endpoint endpoint = need(pool().endpoint());
    const CPtr gift = need(pool().notification()).cptr(), slot = need(pool().slot());
    for (const Tag tag : {Tag(9, kMaxWords), Tag(9, 2, 1)}) {
        auto sender = [&] {
            Message message = filled(9, tag.length());
            message.tag = tag;
            utcb()->send_caps[0] = gift;
            (void)sys::send(endpoint.cptr(), message);
        };
        Thread thread(sender);
        thread.start();
        need(node().revoke(thread.utcb_frame.cptr()));
        const ReceiveSlots before = set_receive_slots({node(), slot, 1});
        const Message got = endpoint.nb_recv(0);
        set_receive_slots(before);
        EXPECT_EQ(got.tag.raw(), Tag(9, std::min(tag.length(), kRegisterWords)).raw());
        for (unsigned i = 0; i < got.tag.length(); i++) EXPECT_EQ(got.words[i], word_of(9, i));
        EXPECT(thread.has_finished());
    }
}

/// A thread body that receives one message with these receive slots.
struct Receiver {
    Endpoint endpoint;
    ReceiveSlots slots;
    Message got{};
    void operator()() {
        set_receive_slots(slots);
        got = endpoint.recv(0);
    }
};

CNode::Info look(CPtr slot) { return need(node().info(slot)); }

/// Sends the capabilities in `caps`. Returns how many of them the receiver got, by its tag.
unsigned pass(Endpoint endpoint, ReceiveSlots slots, std::initializer_list<CPtr> caps) {
    alignas(64) static std::byte stack[16 * 1024];
    Receiver receiver{endpoint, slots};
    Thread thread(receiver, {.stack = stack});
    thread.start();
    unsigned count = 0;
    for (const CPtr cap : caps) utcb()->send_caps[count++] = cap;
    EXPECT_OK(endpoint.nb_send({.tag = Tag(3, 2, count), .words = {8, 9}}));
    EXPECT_EQ(receiver.got.tag.label(), 3);
    EXPECT_EQ(receiver.got.words[1], 9);
    return receiver.got.tag.caps();
}

/// Up to four capabilities arrive, each with its badge and rights, and derived from the one that was sent.
void passing() {
    const Endpoint endpoint = need(pool().endpoint());
    const CPtr slot = need(pool().slots(6));
    const CPtr one = need(pool().notification()).cptr(), two = badged(endpoint, 2, Rights::Write).cptr();
    const CPtr three = need(pool().reply()).cptr();
    EXPECT_EQ(pass(endpoint, {node(), slot, 4}, {one, two, one, three}), 4);
    EXPECT_EQ(look(slot).type, CapType::Notification);
    EXPECT_EQ(look(slot).rights, Rights::All);
    EXPECT_EQ(look(slot + 1).badge, 2);
    EXPECT_EQ(look(slot + 1).rights, Rights::Write);
    EXPECT_EQ(look(slot + 3).type, CapType::Reply);
    EXPECT_EQ(look(slot + 4).type, CapType::Null);
    EXPECT_EQ(look(one).type, CapType::Notification);  // the sender keeps its own
    for (unsigned i = 0; i < 4; i++) EXPECT_OK(node().remove(slot + i));
    EXPECT_EQ(pass(endpoint, {node(), slot, 2}, {one, one, one}), 2);  // two slots were offered
    EXPECT_EQ(look(slot + 2).type, CapType::Null);
    EXPECT_OK(node().revoke(one));
    EXPECT_EQ(look(slot).type, CapType::Null);
    EXPECT_EQ(look(slot + 1).type, CapType::Null);
}

/// There can be only one capability to an Untyped, so it moves: once. A Frame is copied, and the copy is not mapped.
void passing_memory() {
    const Endpoint endpoint = need(pool().endpoint());
    const CPtr slot = need(pool().slots(4));
    const Untyped memory = need(pool().make<Untyped>(CapType::Untyped, 14));
    const Frame frame = need(pool().frame());
    need(pool().map(frame, space(), kArea, MapFlags::ReadWrite));
    EXPECT_EQ(pass(endpoint, {node(), slot, 2}, {memory.cptr(), frame.cptr()}), 2);
    EXPECT_EQ(look(memory.cptr()).type, CapType::Null);
    EXPECT_EQ(look(slot).type, CapType::Untyped);
    EXPECT_EQ(look(frame.cptr()).badge, kArea);
    EXPECT_EQ(look(slot + 1).badge, 0);
    EXPECT_EQ(pass(endpoint, {node(), slot + 2, 2}, {slot, slot}), 1);  // its own slot is empty the second time
    EXPECT_EQ(look(slot + 2).type, CapType::Untyped);
    EXPECT_EQ(look(slot + 3).type, CapType::Null);
}

/// What cannot be transferred ends the transfer, and never harms the rest of the message.
void stopping() {
    constexpr CPtr kEmpty = 4095, kOutside = 4096;
    const Endpoint endpoint = need(pool().endpoint());
    const CPtr slot = need(pool().slots(4));
    const CPtr one = need(pool().notification()).cptr(), two = need(pool().reply()).cptr();
    EXPECT_EQ(pass(endpoint, {node(), slot, 4}, {kEmpty}), 0);
    EXPECT_EQ(pass(endpoint, {node(), slot, 4}, {kOutside}), 0);
    EXPECT_EQ(pass(endpoint, {node(), slot, 4}, {one, kEmpty, one}), 1);
    EXPECT_EQ(look(slot + 1).type, CapType::Null);
    EXPECT_EQ(look(slot + 2).type, CapType::Null);
    EXPECT_EQ(pass(endpoint, {node(), slot, 4}, {two}), 0);  // the slot is occupied
    EXPECT_EQ(look(slot).type, CapType::Notification);
    EXPECT_EQ(pass(endpoint, {node(), slot, 0}, {one}), 0);  // none offered
    EXPECT_EQ(pass(endpoint, {node(), 0, 4}, {one}), 0);     // no such slots
    EXPECT_EQ(pass(endpoint, {node(), kOutside, 4}, {one}), 0);
    EXPECT_EQ(pass(endpoint, {node(), ~std::uint64_t{0}, 4}, {one, one}), 0);
    EXPECT_EQ(pass(endpoint, {node(), slot + 1, ~std::uint64_t{0}}, {one}), 1);  // more than a message can have
}

/// The receiver's CNode must be one, and the receiver must be allowed to fill it.
void wrong_cnodes() {
    const Endpoint endpoint = need(pool().endpoint());
    const CPtr slot = need(pool().slot());
    const CPtr one = need(pool().notification()).cptr();
    EXPECT_EQ(pass(endpoint, {CNode(0), slot, 1}, {one}), 0);
    EXPECT_EQ(pass(endpoint, {CNode(kRootTcb), slot, 1}, {one}), 0);
    EXPECT_EQ(pass(endpoint, {CNode(need(pool().frame()).cptr()), 1, 1}, {one}), 0);  // no memory of a program's
    EXPECT_EQ(pass(endpoint, {with_rights(node(), Rights::Read), slot, 1}, {one}), 0);
    EXPECT_EQ(look(slot).type, CapType::Null);
    EXPECT_EQ(pass(endpoint, {with_rights(node(), Rights::Write), slot, 1}, {one}), 1);
    EXPECT_EQ(look(slot).rights, Rights::All);  // those of what was sent, whatever those of the CNode are
}

/// The receiver has a CSpace of its own: its pointer to a CNode means something there, and nothing in the sender's.
void own_cspace() {
    constexpr CPtr kEndpoint = 1, kSelf = 2, kBox = 3, kTaken = 4;
    const CNode box = need(pool().cnode(3));
    const Endpoint endpoint = need(pool().endpoint());
    auto body = [&] {
        set_receive_slots({CNode(kBox), kTaken, 1});
        (void)Endpoint(kEndpoint).recv(0);
        (void)Tcb(kSelf).suspend();
    };
    Thread thread(body);
    EXPECT_OK(box.copy(kEndpoint, node(), endpoint.cptr()));
    EXPECT_OK(box.copy(kSelf, node(), thread.tcb.cptr()));
    EXPECT_OK(box.copy(kBox, node(), box.cptr()));
    need(thread.tcb.configure({.cspace = box}));
    thread.start();
    utcb()->send_caps[0] = need(pool().notification()).cptr();
    EXPECT_OK(endpoint.nb_send({.tag = Tag(0, 0, 1)}));
    EXPECT_EQ(need(box.info(kTaken)).type, CapType::Notification);
}

/// A reply carries capabilities if the server received through a capability with the Grant right. What the caller's
/// capability allows does not matter.
void in_replies() {
    const Endpoint endpoint = need(pool().endpoint());
    const Endpoint no_grant = with_rights(endpoint, Rights::Read | Rights::Write);
    const CPtr slot = need(pool().slots(2));
    const CPtr one = need(pool().notification()).cptr();
    for (const bool may : {false, true}) {
        const Reply reply = need(pool().reply());
        Error replied = Error::Count;
        auto server = [&] {
            (void)(may ? endpoint : no_grant).recv(reply.cptr());
            utcb()->send_caps[0] = one;
            replied = error_of(reply.send({.tag = Tag(0, 0, 1)}));
            if (replied != Error::Ok) (void)reply.send({});
        };
        Thread thread(server);
        thread.start();
        const ReceiveSlots before = set_receive_slots({node(), slot + (may ? 1 : 0), 1});
        EXPECT_EQ((may ? no_grant : endpoint).call({}).tag.caps(), may ? 1 : 0);
        set_receive_slots(before);
        if (may) EXPECT_OK(replied);
        if (!may) EXPECT_ERROR(NoRights, replied);
    }
    EXPECT_EQ(look(slot).type, CapType::Null);
    EXPECT_EQ(look(slot + 1).type, CapType::Notification);
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {
        {"every_length", every_length}, {"without_a_utcb", without_a_utcb}, {"utcb_goes", utcb_goes},
        {"passing", passing},           {"passing_memory", passing_memory}, {"stopping", stopping},
        {"cnodes", wrong_cnodes},       {"own_cspace", own_cspace},         {"in_replies", in_replies}};
    return run_cases(kCases);
}
