// SPDX-License-Identifier: MIT
// Lab 3, what the public tests do not try: the same contract with more threads, other orders and other numbers.
//
// Partner threads have a higher priority than the main thread, so they run as soon as they are ready.
#include <algorithm>
#include <optional>

#include "common/hand.h"
#include "glenda/message.h"

namespace glenda::ktest {

namespace {

/// Numbers that look random, and are the same in each run.
class Dice {
public:
    constexpr explicit Dice(std::uint64_t seed) : state_(seed) {}
    std::uint64_t next() {
        state_ = state_ * 6364136223846793005 + 1442695040888963407;
        return (state_ ^ state_ >> 29) * 0xbf58'476d'1ce4'e5b9;
    }
    std::uint64_t below(std::uint64_t end) { return (next() >> 33) % end; }

private:
    std::uint64_t state_;
};

constexpr unsigned kMost = 24;
alignas(64) constinit std::byte stacks[kMost][8 * 1024];

bool is_sound() { return need(environment().machine.check()); }

/// kMost threads, each with a body of its own.
template <typename Body>
struct Crowd {
    Body bodies[kMost];
    std::optional<Thread> threads[kMost];
    void start(unsigned n) {
        if (!threads[n]) threads[n].emplace(bodies[n], Thread::Options{.stack = stacks[n]});
        threads[n]->start();
    }
};

// --- 3.1, 3.4 -----------------------------------------------------------------------------------------------

struct Sender {
    Endpoint endpoint;
    std::uint64_t label = 0;
    Message got{};
    void operator()() { got = sys::send(endpoint.cptr(), {.tag = Tag(label, 4), .words = {label, ~label, 1, 2}}); }
};

/// A long line of senders, each with a badge that needs all bits. Some leave; the others are served in order.
void lines() {
    Dice dice(31);
    const Endpoint endpoint = need(pool().endpoint());
    Crowd<Sender> crowd;
    Badge badges[kMost];
    bool has_left[kMost] = {};
    for (unsigned n = 0; n < kMost; n++) {
        badges[n] = dice.next();
        crowd.bodies[n] = {badged(endpoint, badges[n]), dice.next() >> 16};
        crowd.start(n);
    }
    for (unsigned i = 0; i < kMost / 2; i++) {
        const std::uint64_t n = dice.below(kMost);
        EXPECT_OK(crowd.threads[n]->tcb.suspend());
        has_left[n] = true;
    }
    EXPECT(is_sound());
    for (unsigned n = 0; n < kMost; n++) {
        if (has_left[n]) continue;
        const Message message = endpoint.nb_recv(0);
        EXPECT_EQ(message.badge, badges[n]);
        EXPECT_EQ(message.tag.label(), crowd.bodies[n].label);
        EXPECT_EQ(message.words[1], ~crowd.bodies[n].label);
        EXPECT(crowd.threads[n]->has_finished());
    }
    EXPECT_ERROR(WouldBlock, endpoint.nb_recv(0));
    for (unsigned n = 0; n < kMost; n++) {
        if (!has_left[n]) continue;
        EXPECT_OK(crowd.threads[n]->tcb.resume());
        EXPECT_ERROR(Cancelled, crowd.bodies[n].got);
    }
}

// --- 3.2, 3.3, 3.8 ------------------------------------------------------------------------------------------

std::uint64_t word_of(std::uint64_t seed, unsigned i) { return (seed + i) * 0x9e37'79b9'7f4a'7c15; }

Message filled(std::uint64_t seed, unsigned length) {
    Message message{.tag = Tag(seed & mask(40), length)};
    for (unsigned i = 0; i < length; i++) (i < kRegisterWords ? message.words[i] : utcb()->words[i]) = word_of(seed, i);
    return message;
}
bool is_filled(const Message& message, std::uint64_t seed, unsigned length) {
    bool is_equal = message.tag.raw() == Tag(seed & mask(40), length).raw();
    for (unsigned i = 0; i < length; i++)
        is_equal = is_equal && (i < kRegisterWords ? message.words[i] : utcb()->words[i]) == word_of(seed, i);
    return is_equal;
}

/// Calls `calls` times, and counts replies that are not the answer to its own request.
struct Client {
    Endpoint endpoint;
    std::uint64_t seed = 0;
    unsigned calls = 0, done = 0, wrong = 0, cancelled = 0;
    void operator()() {
        while (done < calls) {
            const std::uint64_t request = seed + done++ * 1000;
            const Message reply = endpoint.call(filled(request, unsigned(request % (kMaxWords + 1))));
            if (error_of(reply) == Error::Cancelled)
                cancelled++;
            else if (!is_filled(reply, ~request, unsigned(request / 7 % (kMaxWords + 1))))
                wrong++;
        }
    }
};

/// A crowd of clients whose calls are answered in any order. Some are taken out of their wait.
void replies() {
    constexpr unsigned kCalls = 8;
    Dice dice(32);
    const Endpoint endpoint = need(pool().endpoint());
    Crowd<Client> crowd;
    Reply waiting[kMost];  // that of each client
    Reply spare[kMost];
    std::uint64_t request[kMost];
    bool waits[kMost] = {};
    unsigned spares = kMost, suspended = 0, cancelled = 0;
    for (Reply& reply : spare) reply = need(pool().reply());
    for (unsigned n = 0; n < kMost; n++) {
        crowd.bodies[n] = {.endpoint = badged(endpoint, n + 1), .seed = dice.next() >> 8, .calls = kCalls};
        crowd.start(n);
    }
    for (unsigned left = kMost * kCalls; left > 0 && !has_failed();) {
        while (spares > 0) {
            const Message message = endpoint.nb_recv(spare[spares - 1].cptr());
            if (error_of(message) == Error::WouldBlock) break;
            const std::uint64_t n = message.badge - 1;
            EXPECT(n < kMost && !waits[n]);
            if (has_failed()) return;
            request[n] = crowd.bodies[n].seed + (crowd.bodies[n].done - 1) * 1000;
            EXPECT(is_filled(message, request[n], unsigned(request[n] % (kMaxWords + 1))));
            waiting[n] = spare[--spares];
            waits[n] = true;
        }
        std::uint64_t n = dice.below(kMost);
        while (!waits[n]) n = (n + 1) % kMost;
        waits[n] = false;
        spare[spares++] = waiting[n];
        left--;
        if (dice.below(8) == 0) {
            EXPECT_OK(crowd.threads[n]->tcb.suspend());
            EXPECT_ERROR(NoCaller, waiting[n].send({}));
            EXPECT_OK(crowd.threads[n]->tcb.resume());
            suspended++;
        } else {
            EXPECT_OK(waiting[n].send(filled(~request[n], unsigned(request[n] / 7 % (kMaxWords + 1)))));
        }
    }
    EXPECT(is_sound());
    for (const Client& client : crowd.bodies) {
        EXPECT_EQ(client.wrong, 0);
        EXPECT_EQ(client.done, kCalls);
        cancelled += client.cancelled;
    }
    EXPECT_EQ(cancelled, suspended);
}

/// A server that answers with the badge that it sees, and as many words as it is asked for.
struct Server {
    Endpoint endpoint;
    Reply reply = need(pool().reply());
    unsigned wrong = 0;
    void operator()() {
        for (Message request = endpoint.recv(reply.cptr());;) {
            const std::uint64_t seed = request.words[0];
            wrong += request.words[1] != ~seed || request.tag.label() != (seed & mask(40)) ? 1 : 0;
            if (request.tag.length() > 30) wrong += utcb()->words[30] != seed * 3 ? 1 : 0;
            Message answer = filled(seed, unsigned(seed % (kMaxWords + 1)));
            answer.words[0] = request.badge;
            request = endpoint.reply_recv(reply.cptr(), answer);
        }
    }
};

/// Calls to a server that waits: with any badge, any length and any label, and now and then one with a capability,
/// which is no matter for the fast path.
void served() {
    Dice dice(38);
    const Endpoint endpoint = need(pool().endpoint());
    Server server{endpoint};
    Thread thread(server);
    thread.start();
    for (unsigned i = 0; i < 300 && !has_failed(); i++) {
        const Badge badge = dice.next();
        const CPtr to = need(pool().slot());
        EXPECT_OK(node().mint(to, node(), endpoint.cptr(), Rights::Write | Rights::Grant, badge));
        const std::uint64_t seed = dice.next();
        const unsigned length = 2 + unsigned(dice.below(kMaxWords - 1)), answer = unsigned(seed % (kMaxWords + 1));
        utcb()->words[30] = seed * 3;
        utcb()->send_caps[0] = to;
        const Message got = Endpoint(to).call(
            {.tag = Tag(seed & mask(40), length, dice.below(5) == 0 ? 1 : 0), .words = {seed, ~seed, 1, 2}});
        EXPECT_EQ(got.tag.raw(), Tag(seed & mask(40), answer).raw());
        EXPECT_EQ(got.words[0], badge);
        for (unsigned n = kRegisterWords; n < answer; n++) EXPECT_EQ(utcb()->words[n], word_of(seed, n));
        EXPECT_EQ(server.wrong, 0);
        EXPECT_OK(node().remove(to));
    }
    EXPECT(is_sound());
}

struct Taker {
    Endpoint endpoint;
    ReceiveSlots slots;
    Message got{};
    void operator()() {
        set_receive_slots(slots);
        got = endpoint.recv(0);
    }
};

/// Capabilities for any slots of another CNode, of which some are occupied, from slots of which some are empty.
void passing() {
    constexpr unsigned kSlots = 16;
    Dice dice(33);
    const Endpoint endpoint = need(pool().endpoint());
    const CNode box = need(pool().cnode(4));
    const CPtr gift = need(pool().notification()).cptr(), empty = need(pool().slot());
    Taker taker{endpoint, {}};
    Thread thread(taker);
    for (unsigned round = 0; round < 200 && !has_failed(); round++) {
        bool is_full[kSlots + kMaxMessageCaps] = {true};  // no one gets slot 0
        std::fill(is_full + kSlots, std::end(is_full), true);
        for (unsigned i = 1; i < kSlots; i++) {
            if (dice.below(4) != 0) continue;
            is_full[i] = true;
            EXPECT_OK(box.copy(i, node(), gift));
        }
        const unsigned count = unsigned(dice.below(kMaxMessageCaps + 1)), offered = unsigned(dice.below(6));
        const unsigned first = unsigned(dice.below(kSlots));
        taker.slots = {box, first, offered};
        unsigned arrive = 0;
        for (bool goes_on = true; arrive < std::min(count, offered) && goes_on;) {
            goes_on = !is_full[first + arrive] && dice.below(8) != 0;
            utcb()->send_caps[arrive] = goes_on || is_full[first + arrive] ? gift : empty;
            if (goes_on) arrive++;
        }
        for (unsigned i = arrive + 1; i < kMaxMessageCaps; i++) utcb()->send_caps[i] = gift;
        thread.start();
        EXPECT_OK(endpoint.nb_send({.tag = Tag(7, 0, count)}));
        EXPECT(thread.has_finished());
        EXPECT_EQ(taker.got.tag.raw(), Tag(7, 0, arrive).raw());
        for (unsigned i = 1; i < kSlots; i++) {
            const bool has_come = i >= first && i < first + arrive;
            EXPECT_EQ(need(box.info(i)).type == CapType::Notification, is_full[i] || has_come);
        }
        EXPECT_OK(node().revoke(gift));
    }
    EXPECT(is_sound());
}

// --- 3.5 to 3.7 ---------------------------------------------------------------------------------------------

/// All 64 signals in any order, also twice, and taken at any time, by whoever asks or waits.
void signals() {
    Dice dice(35);
    const Notification bell = need(pool().notification());
    std::uint64_t word = 0, got = 0;
    auto body = [&] { got = need(bell.wait()); };
    Thread thread(body);
    for (unsigned i = 0; i < 300 && !has_failed(); i++) {
        const std::uint64_t bits = dice.below(3) == 0 ? dice.next() : bit(dice.below(64));
        const CPtr slot = need(pool().slot());
        EXPECT_OK(node().mint(slot, node(), bell.cptr(), Rights::Write, bits));
        EXPECT_OK(Notification(slot).signal());
        word |= bits;
        if (dice.below(4) == 0) {
            EXPECT_EQ(need(bell.poll()), std::exchange(word, 0));
        } else if (dice.below(4) == 0) {
            thread.start();  // takes what is there
            EXPECT(thread.has_finished());
            EXPECT_EQ(got, std::exchange(word, 0));
            thread.start();  // and waits for the next
            EXPECT_EQ(thread.state(), ThreadState::BlockedRecv);
            EXPECT_OK(Notification(slot).signal());
            EXPECT_EQ(got, bits);
            EXPECT_ERROR(WouldBlock, bell.poll());
        }
        EXPECT_OK(node().remove(slot));
    }
    EXPECT(is_sound());
}

/// Unknown system calls of any number, with any arguments and any number of results.
struct Stranger {
    std::uint64_t number = 0, arguments[7] = {}, results[5] = {};
    void operator()() {
        register std::uint64_t a0 asm("a0") = arguments[0];
        register std::uint64_t a1 asm("a1") = arguments[1];
        register std::uint64_t a2 asm("a2") = arguments[2];
        register std::uint64_t a3 asm("a3") = arguments[3];
        register std::uint64_t a4 asm("a4") = arguments[4];
        register std::uint64_t a5 asm("a5") = arguments[5];
        register std::uint64_t a6 asm("a6") = arguments[6];
        register std::uint64_t a7 asm("a7") = number;
        asm volatile("ecall" : "+r"(a0), "+r"(a1), "+r"(a2), "+r"(a3), "+r"(a4) : "r"(a5), "r"(a6), "r"(a7) : "memory");
        results[0] = a0, results[1] = a1, results[2] = a2, results[3] = a3, results[4] = a4;
    }
};

void faults() {
    Dice dice(36);
    const Endpoint endpoint = need(pool().endpoint());
    const Reply reply = need(pool().reply());
    const Badge badge = dice.next();
    Stranger stranger;
    Thread thread(stranger, {.fault_handler = badged(endpoint, badge)});
    for (unsigned i = 0; i < 150 && !has_failed(); i++) {
        stranger.number = dice.next() >> 1 | 64;
        for (std::uint64_t& argument : stranger.arguments) argument = dice.next();
        thread.start();
        Received fault;
        fault.store(endpoint.nb_recv(reply.cptr()));
        EXPECT_EQ(fault.badge, badge);
        EXPECT_EQ(fault.tag.raw(), Tag(std::uint64_t(FaultKind::UnknownSyscall), 10).raw());
        EXPECT_EQ(fault.words[1], stranger.number);
        for (unsigned n = 0; n <= 6; n++) EXPECT_EQ(fault.words[2 + n], stranger.arguments[n]);
        const unsigned length = unsigned(dice.below(7));
        Message answer{.tag = Tag(kFaultResume, length)};
        for (std::uint64_t& word : answer.words) word = dice.next();
        EXPECT_OK(reply.send(answer));
        EXPECT(thread.has_finished());
        for (unsigned n = 0; n < 5; n++)
            EXPECT_EQ(stranger.results[n], n < std::min(length, 4u) ? answer.words[n] : stranger.arguments[n]);
    }
}

/// Timers that were armed in another order than that in which they expire.
void timers() {
    constexpr unsigned kTimers = 60;
    Dice dice(37);
    const Notification bell = need(pool().notification());
    std::uint64_t deadlines[kTimers];
    const std::uint64_t begin = read_time() + ticks(3000);
    for (unsigned i = 0; i < kTimers; i++) {
        deadlines[i] = begin + ticks(100) * dice.below(40);  // some at the same moment
        const Timer timer = need(pool().timer());
        EXPECT_OK(timer.bind(badged(bell, bit(i))));
        EXPECT_OK(timer.arm(deadlines[i]));
    }
    EXPECT(read_time() < begin);
    std::uint64_t seen = 0;
    while (seen != mask(kTimers) && !has_failed()) {
        const std::uint64_t before = read_time();
        if (const Result<Badge> bits = bell.poll()) {
            EXPECT_EQ(seen & *bits, 0);
            seen |= *bits;
        }
        const std::uint64_t after = read_time();
        for (unsigned i = 0; i < kTimers; i++) {
            if ((seen & bit(i)) != 0) EXPECT(deadlines[i] <= after);
            if ((seen & bit(i)) == 0) EXPECT(deadlines[i] + ticks(100) > before);
        }
    }
    EXPECT(is_sound());
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"lines", lines},     {"replies", replies}, {"served", served},
                                      {"passing", passing}, {"signals", signals}, {"faults", faults},
                                      {"timers", timers}};
    return run_cases(kCases);
}
