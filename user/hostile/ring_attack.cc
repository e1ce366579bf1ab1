// SPDX-License-Identifier: MIT
// See ring_attack.h.
#include "ring_attack.h"

#include <cstring>

#include "driver/process/client_session.h"
#include "driver/session_page.h"
#include "driver/shared.h"
#include "drivers/p9/p9_message.h"
#include "glenda/environment.h"
#include "glenda/message.h"
#include "glenda/print.h"
#include "glenda/process.h"
#include "protocol/unicorn.h"
#include "tests/fuzz/random.h"

namespace glenda::hostile {

namespace {

using namespace glenda::driver;
using fuzz::Random;

constexpr unsigned kDataPages = 32;
constexpr std::uint64_t kNoAnswer = 1;       // reported as an error
constexpr auto kNotYet = SessionStatus(99);  // no driver answers this

void report(std::uint64_t number, std::uint64_t error) {
    (void)Endpoint(kReport).send(MessageWriter(0).word(number).word(error).load());
}

/// Writes a message that a file server may understand, or nearly.
std::uint32_t write_9p(std::byte* page, Random& random) {
    constexpr p9::Type kTypes[] = {p9::kOpen,  p9::kReadDir, p9::kWalk,   p9::kRead,
                                   p9::kClunk, p9::kAttach,  p9::kVersion};
    p9::Request message(page, random.pick(kTypes));
    const auto file = [&] { return std::uint32_t(random.below(4)); };
    switch (p9::Type(page[4])) {
        case p9::kVersion: message.put(std::uint32_t(kPageSize << random.below(4))).put_text("9P2000.L"); break;
        case p9::kAttach: message.put(file()).put(p9::kNoFile).put_text("").put_text("").put(p9::kNobody); break;
        case p9::kWalk: message.put(file()).put(file()).put(std::uint16_t{1}).put_text("data"); break;
        case p9::kOpen: message.put(file()).put(std::uint32_t{0}); break;
        case p9::kClunk: message.put(file()); break;
        default: message.put(file()).put(random.below(1 << 20)).put(std::uint32_t(1 << random.below(12))); break;
    }
    const std::uint32_t size = message.finish();
    if (random.below(500) == 0) page[random.below(size)] = std::byte(random.next());
    return size;
}

class RingAttacker {
public:
    RingAttacker(const Target& target, std::uint64_t seed) : target_(target), random_(seed) {}

    Answer<void> open() { return session_.open(target_.device_class, 0, kDataPages); }
    void step() {
        collect();
        const std::uint64_t choice = random_.below(1000);
        if (choice < 700) return submit();
        if (choice < 850) return change(any_slot());
        if (choice < 920) return scribble();
        if (choice < 950) return shared::publish(page().submit_tail, std::uint32_t(any(tail() + random_.below(100))));
        if (choice < 985) return ring();
        if (choice < 990) return reopen();
        if (choice < 996) return ask_unicorn();
        if (choice < 998) return wait();
        call_driver();
    }

private:
    SessionPage& page() const { return *reinterpret_cast<SessionPage*>(session_.control()); }
    SessionSlot& any_slot() { return page().slots[random_.below(kSessionSlots)]; }
    std::uint32_t tail() const { return shared::load(page().submit_tail); }
    /// Mostly what was meant.
    std::uint64_t any(std::uint64_t meant) { return random_.chance(95) ? meant : random_.next(); }
    void ring() const { (void)Notification(kClientDriverBell).signal(); }

    /// Reports requests that have been answered.
    void collect() {
        for (SessionSlot& slot : page().slots) {
            if (shared::acquire(slot.state) != SlotState::Done) continue;
            report(shared::load(slot.cookie), std::uint64_t(shared::load(slot.status)));
            shared::store(slot.status, kNotYet);
            shared::store(slot.state, SlotState::Free);
        }
    }
    /// A request that may be right, in any slot: it may be the driver's.
    void submit() {
        const auto number = std::uint8_t(random_.below(kSessionSlots));
        SessionSlot& slot = page().slots[number];
        if (shared::load(slot.state) == SlotState::Submitted && random_.chance(80)) return ring();
        fill(slot);
        shared::store(slot.sequence, std::uint32_t(any(tail())));
        shared::publish(slot.state, SlotState::Submitted);
        shared::store(page().submit[tail() % kSessionSlots], std::uint8_t(any(number)));
        shared::publish(page().submit_tail, tail() + 1);
        if (random_.chance(30)) ring();
        if (random_.chance(10)) change(slot);
    }
    void fill(SessionSlot& slot) {
        const SessionOp op = target_.operations[random_.below(target_.operations.size())];
        const bool is_frame = op == SessionOp::Send || op == SessionOp::Receive;
        shared::store(slot.status, kNotYet);
        shared::store(slot.cookie, std::uint64_t(op));
        shared::store(slot.op, SessionOp(any(std::uint64_t(op))));
        shared::store(slot.block, any(random_.below(4100)));
        if (op == SessionOp::Transact) return fill_transact(slot);
        shared::store(slot.data_page, std::uint32_t(any(random_.below(kDataPages / 2))));
        shared::store(slot.pages, std::uint32_t(any(is_frame ? 1 : 1 + random_.below(15))));
        shared::store(slot.length, std::uint32_t(any(60 + random_.below(1500))));
    }
    /// QEMU's device gives up when a message is longer than its buffer. That is rare here, or nobody would be served
    /// for long: each time, the driver ends.
    void fill_transact(SessionSlot& slot) {
        const std::uint64_t first = random_.below(kDataPages / 2) * 2;
        const bool is_odd = random_.below(5000) == 0;
        const std::uint32_t size = write_9p(session_.page(unsigned(first)), random_);
        shared::store(slot.length, is_odd ? size : std::uint32_t(kPageSize));
        shared::store(slot.data_page, std::uint32_t(is_odd ? random_.next() : first));
        shared::store(slot.pages, std::uint32_t(is_odd ? random_.below(20) : 2));
    }
    void change(SessionSlot& slot) {
        constexpr SlotState kStates[] = {SlotState::Free, SlotState::Submitted, SlotState::Submitted, SlotState::Done};
        switch (random_.below(6)) {
            case 0: return shared::publish(slot.state, SlotState(any(std::uint64_t(random_.pick(kStates)))));
            case 1: return shared::store(slot.op, SessionOp(any(random_.below(9))));
            case 2: return shared::store(slot.sequence, std::uint32_t(random_.next()));
            case 3: return shared::store(slot.data_page, std::uint32_t(any(random_.below(64))));
            case 4: return shared::store(slot.pages, std::uint32_t(any(random_.below(32))));
            default: return shared::store(slot.length, std::uint32_t(any(random_.below(64) * 1024)));
        }
    }
    /// Any word of the page, also of what the driver or Unicorn writes.
    void scribble() {
        auto* const words = reinterpret_cast<std::uint32_t*>(session_.control());
        shared::store(words[random_.below(kPageSize / sizeof(std::uint32_t))], std::uint32_t(any(random_.below(100))));
    }
    /// Ends the session with everything in flight, and begins another: two at once for a moment, if there is room.
    void reopen() {
        const ClientSession old = session_;
        if (random_.chance(50)) (void)session_.close();
        if (!open()) session_ = old;
    }
    /// What Unicorn would have to refuse, and sometimes need not.
    void ask_unicorn() {
        constexpr UnicornMethod kMethods[] = {UnicornMethod::Open, UnicornMethod::Close, UnicornMethod::Pages};
        Received reply;
        const CNode own = environment().cnode;
        const MessageWriter request =
            MessageWriter(random_.pick(kMethods)).word(any(random_.below(80))).word(any(random_.below(40)));
        for (unsigned i = 0; i < kMaxMessageCaps; i++) (void)own.remove(kClientReceived + i);
        (void)transact(Endpoint(kClientUnicorn), request, reply, {own, kClientReceived, kMaxMessageCaps});
    }
    /// For a signal that may never come: then the parent ends this process while it waits.
    void wait() {
        shared::store(page().want_complete_signal, std::uint32_t{1});
        ring();
        (void)Notification(kClientBell).wait();
    }
    /// A driver that serves sessions answers no messages, so the parent ends this process in mid-call.
    void call_driver() {
        MessageWriter message(target_.protocol + random_.below(4));
        for (std::uint64_t i = random_.below(4); i != 0; i--) message.cap(random_.below(kSlotEnd));
        (void)transact(Endpoint(kClientEndpoint), message);
    }

    const Target& target_;
    Random random_;
    ClientSession session_{};
};

}  // namespace

void attack_ring(const Target& target, std::uint64_t seed, std::uint64_t count) {
    RingAttacker attacker(target, seed);
    while (!attacker.open()) {  // the driver has not yet let go of what those before had
        report(0, kNoAnswer);
        (void)process::sleep(1);
    }
    for (std::uint64_t i = 0; i < count; i++) {
        attacker.step();
        report(0, kNoAnswer);
    }
}

}  // namespace glenda::hostile
