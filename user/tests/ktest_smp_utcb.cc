// SPDX-License-Identifier: MIT
// K26: a thread on another hart writes a UTCB while the kernel reads it. UTCBs are the only user memory that the kernel
// reads. However they change meanwhile, the kernel must not do anything that the caller has no right to.
#include "common/smp.h"

namespace glenda::ktest {

namespace {

constexpr unsigned kRadix = 4;
constexpr std::uint64_t kEnough = 100;  // rounds that each thread must make

/// Writes changing values into a UTCB forever.
struct Scrambler {
    Utcb* utcb;
    CPtr gifts[4];
    CPtr boxes[4];
    std::uint64_t seed = 1;
    volatile std::uint64_t count = 0;
    void operator()() {
        constexpr std::uint64_t kIndices[] = {1, 2, 15, 16, 17, 0, ~0ul, bit(32), 4095, bit(58)};
        volatile Utcb& page = *utcb;
        for (;;) {
            seed = mix(seed + 1);
            page.send_caps[seed % 4] = gifts[seed >> 8 & 3];
            page.receive_cnode = boxes[seed >> 16 & 3];
            page.receive_index = kIndices[(seed >> 24) % 10];
            page.receive_count = kIndices[(seed >> 32) % 10];
            page.words[4 + (seed >> 40) % 100] = seed;
            count = count + 1;
        }
    }
};

/// A sender transfers capabilities to a receiver while both UTCBs change. They arrive in `box` or not at all.
void transfers() {
    if (harts() < 2) return;
    const CNode box = need(pool().cnode(kRadix)), guarded(need(pool().slot()));
    const CPtr gift = need(pool().endpoint()).cptr(), other = need(pool().notification()).cptr();
    const CPtr memory = need(pool().make(CapType::Untyped, 12));
    need(node().mint_cnode(guarded.cptr(), node(), box.cptr(), Rights::All, 0, 10));
    const CNode read_only = with_rights(box, Rights::Read);
    const Endpoint endpoint = need(pool().endpoint());
    volatile std::uint64_t sent = 0, arrived = 0;
    auto sender = [&] {
        for (;;) {
            if (!sys::send(endpoint.cptr(), {.tag = Tag(3, kMaxWords, 4)}).tag.is_error()) sent = sent + 1;
        }
    };
    auto receiver = [&] {
        for (;;) {
            const Tag tag = endpoint.recv(0).tag;
            EXPECT(tag.caps() <= 4 && tag.length() == kMaxWords);
            arrived = arrived + tag.caps();
            for (unsigned i = 1; i < bit(kRadix); i++) (void)box.remove(i);
        }
    };
    Crew crew;
    const unsigned last = harts() - 1;
    Thread& sending = crew.add(sender, last, kPriority - 1);
    Thread& receiving = crew.add(receiver, last, kPriority - 1);
    Scrambler first{sending.utcb_page, {gift, other, 4095, memory}, {box.cptr(), guarded.cptr(), 0, read_only.cptr()}};
    Scrambler second{receiving.utcb_page, {gift, other, 4095, memory}, {box.cptr(), box.cptr(), guarded.cptr(), 77}};
    crew.add(first, 0, kPriority - 2).start();
    crew.add(second, last > 1 ? 1 : 0, kPriority - 2).start();
    sending.start();
    receiving.start();
    EXPECT(
        eventually([&] { return sent > kEnough && arrived > 20 && first.count > kEnough && second.count > kEnough; }));
    for (unsigned i = 0; i < 4; i++) EXPECT_OK(crew[i].tcb.suspend());
}

/// Configure, WriteRegisters, ReadRegisters and Mint take their arguments from a UTCB that changes all the time. Each
/// call succeeds or is refused.
void arguments() {
    if (harts() < 2) return;
    const Tcb target = need(pool().tcb());
    const Frame utcb = need(pool().frame());
    const Endpoint handler = need(pool().endpoint());
    const CNode box = need(pool().cnode(kRadix));
    volatile std::uint64_t configured = 0, refused = 0;
    auto caller = [&] {
        for (;;) {
            const auto call = [&](CPtr pointer, auto method, unsigned length, std::uint64_t a, std::uint64_t b,
                                  std::uint64_t c, std::uint64_t d) {
                const Message message{.tag = Tag(std::uint64_t(method), length), .words = {a, b, c, d}};
                if (sys::call(pointer, message).tag.is_error())
                    refused = refused + 1;
                else
                    configured = configured + 1;
            };
            call(target.cptr(), TcbMethod::Configure, 5, kRootCNode, kRootVSpace, utcb.cptr(), kArea);
            call(target.cptr(), TcbMethod::WriteRegisters, 33, 0, 1, 2, 3);
            call(target.cptr(), TcbMethod::ReadRegisters, 0, 0, 0, 0, 0);
            call(box.cptr(), CNodeMethod::Mint, 6, 1, kRootCNode, box.cptr(), 7);
            call(box.cptr(), CNodeMethod::Delete, 1, 1, 0, 0, 0);
        }
    };
    struct {
        Utcb* page;
        CPtr values[4];
        void operator()() {
            std::uint64_t seed = 7;
            volatile Utcb& utcb = *page;
            for (;;) {
                seed = mix(seed + 1);
                utcb.words[4] = values[seed & 3];
                utcb.words[5] = seed >> 8 & 127;
            }
        }
    } scrambler{nullptr, {handler.cptr(), 0, kRootTcb, ~0ul}};
    Crew crew;
    Thread& calling = crew.add(caller, harts() - 1, kPriority - 1);
    scrambler.page = calling.utcb_page;
    crew.add(scrambler, 0, kPriority - 2).start();
    calling.start();
    EXPECT(eventually([&] { return configured > kEnough && refused > kEnough; }));
    for (unsigned i = 0; i < 2; i++) EXPECT_OK(crew[i].tcb.suspend());
}

/// Two threads on two harts share a UTCB and exchange messages, while its frame is revoked and configured again.
void shared_utcb() {
    if (harts() < 2) return;
    const Endpoint endpoint = need(pool().endpoint());
    const Reply reply = need(pool().reply());
    volatile std::uint64_t calls = 0;
    auto client = [&] {
        for (;;) {
            const Message received = sys::call(endpoint.cptr(), {.tag = Tag(1, kMaxWords), .words = {1, 2, 3, 4}});
            if (!received.tag.is_error()) calls = calls + 1;
        }
    };
    auto server = [&] {
        for (;;) {
            Message request = endpoint.recv(reply.cptr());
            while (!request.tag.is_error())
                request = endpoint.reply_recv(reply.cptr(), {.tag = Tag(2, request.tag.length())});
            (void)reply.send({});  // the long reply was refused because the UTCB is gone
        }
    };
    Crew crew;
    const Frame shared = need(pool().frame());
    Thread& calling = crew.add(client, harts() - 1, kPriority - 1);
    Thread& serving = crew.add(server, harts() > 2 ? 1 : 0, kPriority - 1);
    calling.start();
    serving.start();
    const Alarm alarm;
    for (unsigned round = 0; round < 12; round++) {
        const std::uint64_t before = calls;
        const Tcb::Setting setting{.utcb_frame = shared, .utcb_address = kArea};
        if (round % 3 != 2) need(calling.tcb.configure(setting));
        if (round % 3 != 1) need(serving.tcb.configure(setting));
        if (round % 3 != 2) EXPECT(eventually([&] { return calls > before + 2; }));
        alarm.sleep(200);
        need(node().revoke(shared.cptr()));
        alarm.sleep(100);
    }
    for (unsigned i = 0; i < 2; i++) EXPECT_OK(crew[i].tcb.suspend());
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"smp_utcb_transfers", checked<transfers>},
                                      {"smp_utcb_arguments", checked<arguments>},
                                      {"smp_utcb_shared", checked<shared_utcb>}};
    return run_cases(kCases);
}
