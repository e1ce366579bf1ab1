// SPDX-License-Identifier: MIT
// K26: IPC between threads on several harts: messages and signals, none lost, none delivered twice.
#include "common/smp.h"

namespace glenda::ktest {

namespace {

// us: limit for a test with many rounds, each of which may wait for a busy host to run another hart
constexpr std::uint64_t kTalk = 180'000'000;

/// All harts meet at a spinning barrier again and again. If they took turns instead, this would never end.
void parallel() {
    if (harts() < 2) return;
    const unsigned kRounds = rounds(200);
    volatile unsigned arrived = 0;
    auto wait_for_all = [&](unsigned round) {
        __atomic_fetch_add(&arrived, 1, __ATOMIC_SEQ_CST);
        while (__atomic_load_n(&arrived, __ATOMIC_SEQ_CST) < (round + 1) * harts()) {
        }
    };
    auto body = [&] {
        for (unsigned round = 0; round < kRounds; round++) wait_for_all(round);
    };
    Crew crew;
    for (unsigned hart = 1; hart < harts(); hart++) crew.add(body, hart).start();
    body();
    EXPECT(soon([&] { return crew.has_finished(); }));
    EXPECT_EQ(arrived, kRounds * harts());
}

/// A message derived from `seed`: its first word is the seed, its last the sum of all others.
Message fill(std::uint64_t seed) {
    const unsigned length = 3 + seed % (kMaxWords - 3);
    Message message{.tag = Tag(seed & 0xffff, length)};
    std::uint64_t sum = 0, value = seed;
    for (unsigned i = 0; i < length; i++) {
        const std::uint64_t word = i == length - 1 ? sum : value;
        sum += word;
        value = mix(value + i);
        if (i < kRegisterWords)
            message.words[i] = word;
        else
            utcb()->words[i] = word;
    }
    return message;
}
/// Whether `message` equals fill(seed).
bool is_filled(const Message& message, std::uint64_t seed) {
    const unsigned length = message.tag.length();
    if (message.tag.is_error() || length != 3 + seed % (kMaxWords - 3) || message.words[0] != seed) return false;
    std::uint64_t sum = 0;
    for (unsigned i = 0; i < length; i++) {
        const std::uint64_t word = i < kRegisterWords ? message.words[i] : utcb()->words[i];
        if (i == length - 1) return word == sum;
        sum += word;
    }
    return false;
}

/// A server on one hart, clients on the others, messages of all lengths.
void talk(unsigned clients, unsigned rounds) {
    const Endpoint endpoint = need(pool().endpoint());
    const Reply reply = need(pool().reply());
    volatile unsigned bad = 0, served = 0;
    auto server = [&] {
        Message message = endpoint.recv(reply.cptr());
        for (;;) {
            const std::uint64_t seed = message.words[0];
            if (!is_filled(message, seed)) bad = bad + 1;
            served = served + 1;
            message = endpoint.reply_recv(reply.cptr(), fill(~seed));
        }
    };
    volatile unsigned numbers = 0, matched = 0;
    auto client = [&] {
        const std::uint64_t number = __atomic_fetch_add(&numbers, 1, __ATOMIC_RELAXED);
        for (std::uint64_t i = 0; i < rounds; i++) {
            const std::uint64_t seed = number << 32 | i;
            const Message received = endpoint.call(fill(seed));
            if (is_filled(received, ~seed)) __atomic_fetch_add(&matched, 1, __ATOMIC_RELAXED);
        }
    };
    Crew crew;
    Thread& serving = crew.add(server, harts() - 1);
    serving.start();
    for (unsigned i = 0; i < clients; i++) crew.add(client, i % (harts() - 1)).start();
    EXPECT(eventually([&] { return matched == rounds * clients; }, kTalk));
    EXPECT_EQ(served, matched);
    EXPECT_EQ(bad, 0);
}

void ping_pong() {
    if (harts() >= 2) talk(1, rounds(2000));
}
void ping_pong_of_many() {
    if (harts() >= 2) talk(3, rounds(200));
}

/// Each hart signals a bit of its own to a server and waits for a signal back. No signal is lost.
void notifications() {
    if (harts() < 2) return;
    const unsigned kRounds = rounds(200);
    const Notification requests = need(pool().notification());
    Notification request[kMaxHarts], response[kMaxHarts];
    for (unsigned i = 0; i < harts(); i++) {
        request[i] = badged(requests, bit(i));
        response[i] = need(pool().notification());
    }
    volatile unsigned numbers = 1, rounds = 0, served = 0;
    auto client = [&] {
        const unsigned number = __atomic_fetch_add(&numbers, 1, __ATOMIC_RELAXED);
        for (unsigned i = 0; i < kRounds; i++) {
            need(request[number].signal());
            (void)need(response[number].wait());
            __atomic_fetch_add(&rounds, 1, __ATOMIC_RELAXED);
        }
    };
    auto server = [&] {
        for (;;) {
            const Badge bits = need(requests.wait());
            for (unsigned i = 0; i < harts(); i++) {
                if ((bits & bit(i)) == 0) continue;
                served = served + 1;
                need(response[i].signal());
            }
        }
    };
    Crew crew;
    crew.add(server, harts() - 1).start();
    for (unsigned hart = 0; hart < harts() - 1; hart++) crew.add(client, hart).start();
    EXPECT(eventually([&] { return rounds == kRounds * (harts() - 1); }, kTalk));
    EXPECT_EQ(served, rounds);
}

/// The receiver gets exactly what was sent, although the sender is suspended again and again: no call is made twice.
void exactly_once() {
    if (harts() < 3) return;
    const Endpoint endpoint = need(pool().endpoint());
    volatile std::uint64_t sent = 0, received = 0, refused = 0;
    volatile bool stop = false;
    auto sender = [&] {
        while (!stop) {
            if (endpoint.send({}))
                sent = sent + 1;
            else
                refused = refused + 1;
        }
    };
    auto receiver = [&] {
        for (;;) {
            if (!endpoint.recv(0).tag.is_error()) received = received + 1;
        }
    };
    Crew crew;
    Thread& from = crew.add(sender, 1);
    crew.add(receiver, 2).start();
    from.start();
    for (unsigned round = 0; round < rounds(300); round++) {
        EXPECT_OK(from.tcb.suspend());
        EXPECT_OK(from.tcb.resume());
        pause(round % 10 * 3);
    }
    EXPECT(soon([&] { return sent > rounds(300); }));
    stop = true;
    EXPECT(soon([&] { return crew.has_finished(0); }));
    EXPECT(soon([&] { return sent == received; }));
    EXPECT_EQ(sent, received);
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"smp_parallel", checked<parallel>},
                                      {"smp_ping_pong", checked<ping_pong>},
                                      {"smp_ping_pong_of_many", checked<ping_pong_of_many>},
                                      {"smp_notifications", checked<notifications>},
                                      {"smp_exactly_once", checked<exactly_once>}};
    return run_cases(kCases);
}
