// SPDX-License-Identifier: MIT
// K27: the longest run of every operation, under frequent interrupts. This program checks that the results are right.
// grade/tests/test_latency.py measures from outside how long interrupts are disabled.
#include <utility>

#include "common/ktest.h"
#include "glenda/format.h"
#include "glenda/message.h"

namespace glenda::ktest {

namespace {

/// Interrupts the main thread every few thousand instructions for as long as this object exists.
class Ticker {
public:
    explicit Ticker(std::uint64_t microseconds) : body_{alarm_, microseconds}, thread_(body_, {.name = "ticker"}) {
        thread_.start();
    }
    ~Ticker() { need(thread_.tcb.suspend()); }

private:
    struct Body {
        const Alarm& alarm;
        std::uint64_t microseconds;
        void operator()() const {
            for (;;) alarm.sleep(microseconds);
        }
    };
    Alarm alarm_;
    Body body_;
    Thread thread_;
};

std::uint64_t preemptions() { return need(environment().machine.counter(std::uint64_t(KernelCounter::Preemptions))); }

/// Runs `operation` under frequent interrupts. Returns how often it was preempted.
template <typename Operation>
std::uint64_t with_interrupts(Operation operation, std::uint64_t microseconds = 5) {
    const Ticker ticker(microseconds);
    const std::uint64_t before = preemptions();
    operation();
    return preemptions() - before;
}

/// Makes a thread that faults at its first instruction.
Tcb make_victim(CPtr slot, Endpoint handler, std::string_view name) {
    need(arena().retype(CapType::Tcb, 0, node(), slot));
    const Tcb victim(slot);
    need(victim.configure({.cspace = node(), .vspace = space(), .fault_handler = handler}));
    need(victim.set_priority(kPriority + 1, 0));
    need(victim.set_name(name));
    Registers registers;
    auto* words = reinterpret_cast<std::uint64_t*>(&registers);
    for (unsigned i = 1; i < sizeof(registers) / sizeof(*words); i++) words[i] = 0xfedc'ba98'7654'3210;
    registers.pc = kArea + 0x1234'5678;
    need(victim.write_registers(registers));
    return victim;
}

/// The grader checks that these lines appear in order, each of them unbroken.
void console() {
    constexpr unsigned kLines = 8, kColumns = 119;
    char text[kLines * kColumns];
    EXPECT(with_interrupts([&] {
               for (unsigned begin = 0; begin < 80; begin += kLines) {
                   for (unsigned i = 0; i < kLines; i++) {
                       char* line = text + i * kColumns;
                       for (unsigned column = 0; column < kColumns - 1; column++) line[column] = '.';
                       const unsigned number = begin + i;
                       line[0] = char('0' + number / 10), line[1] = char('0' + number % 10);
                       line[kColumns - 1] = '\n';
                   }
                   EXPECT_OK(environment().console.write({text, sizeof(text)}));
               }
           }) > 10);
    for (char& c : text) c = '\n';
    EXPECT_OK(environment().console.write({text, sizeof(text)}));
}

/// Many threads without a handler fault at nearly the same time, and many more lose their handler while they wait for
/// it.
void reports() {
    constexpr unsigned kVictims = 10;
    const CPtr slots = need(pool().slots(2 * kVictims));
    const Endpoint handler = need(pool().endpoint());
    for (unsigned i = 0; i < kVictims; i++) {
        (void)make_victim(slots + i, {}, FixedText<16>("alone-{}", i));
        (void)make_victim(slots + kVictims + i, handler, FixedText<16>("bereft-{}", i));
    }
    const std::uint64_t paused = with_interrupts([&] {
        for (unsigned i = 0; i < kVictims; i++) need(Tcb(slots + i).resume());
        for (unsigned i = 0; i < kVictims; i++) need(Tcb(slots + kVictims + i).resume());
        need(node().revoke(handler.cptr()));  // deletes the threads' own capabilities to it
        need(node().remove(handler.cptr()));
        for (unsigned i = 0; i < 2 * kVictims; i++) need(environment().machine.dump_thread(Tcb(slots + i)));
    });
    EXPECT(paused > kVictims);
    for (unsigned i = 0; i < 2 * kVictims; i++) EXPECT_EQ(need(Tcb(slots + i).info()).state, ThreadState::Inactive);
}

/// As many objects of each type as one Retype can make.
void retype() {
    const Untyped memory = need(pool().make<Untyped>(CapType::Untyped, 20));
    const CPtr slots = need(pool().slots(kMaxRetypeCount));
    for (const auto& [type, size_bits] : {std::pair{CapType::Untyped, 12u},
                                          {CapType::CNode, 6u},
                                          {CapType::Tcb, 0u},
                                          {CapType::Endpoint, 0u},
                                          {CapType::Frame, kFrameBits},
                                          {CapType::PageTable, 0u},
                                          {CapType::VSpace, 0u},
                                          {CapType::Timer, 0u}}) {
        const auto make = [&] { EXPECT_OK(memory.retype(type, size_bits, node(), slots, kMaxRetypeCount)); };
        make();
        EXPECT_OK(node().revoke(memory.cptr()));
        const std::uint64_t paused = with_interrupts([&] {
            make();
            EXPECT_OK(node().revoke(memory.cptr()));
        });
        EXPECT(paused > 0);
    }
}

/// Many address spaces in one Retype, when the free ASIDs are far apart.
void spaces() {
    const CNode big = need(pool().cnode(10));
    std::uint64_t made = 0;
    while (arena().retype(CapType::VSpace, 0, big, 1 + made, kMaxRetypeCount)) made += kMaxRetypeCount;
    while (arena().retype(CapType::VSpace, 0, big, 1 + made)) made++;
    EXPECT(made > 1000);
    for (std::uint64_t i = 0; i < kMaxRetypeCount; i++) need(big.remove(1 + i * (made / kMaxRetypeCount)));
    EXPECT_OK(arena().retype(CapType::VSpace, 0, node(), need(pool().slots(kMaxRetypeCount)), kMaxRetypeCount));
}

/// A thousand timers expire at the same time.
void timers() {
    constexpr unsigned kTimers = 1000;
    const Notification bell = need(pool().notification()), last = badged(bell, 2);
    const CPtr slots = need(pool().slots(kTimers));
    for (unsigned i = 0; i < kTimers; i++) {
        need(arena().retype(CapType::Timer, 0, node(), slots + i));
        need(Timer(slots + i).bind(i == 0 ? last : bell));
    }
    const Alarm alarm;
    for (const unsigned step : {1u, kTimers - 1, 277u}) {  // ascending, descending, scrambled
        const std::uint64_t moment = read_time() + ticks(10'000);
        for (unsigned i = 0; i < kTimers; i++) {
            const unsigned which = i * step % kTimers;
            need(Timer(slots + which).arm(moment - which));
        }
        EXPECT(read_time() < moment - kTimers);
        alarm.sleep(12'000);
        EXPECT_EQ(need(bell.poll()), 3);
    }
}

/// A CSpace of 61 levels: all but the last consume one bit of a pointer.
struct DeepSpace {
    static constexpr unsigned kLevels = 60, kRadix = 4;
    CNode root, leaf = need(pool().cnode(kRadix));

    static constexpr CPtr pointer(std::uint64_t index) { return mask(kLevels) << kRadix | index; }
    DeepSpace() {
        CNode below = leaf;
        for (unsigned i = 0; i < kLevels; i++) {
            const CNode level = need(pool().cnode(1));
            need(level.mint_cnode(1, node(), below.cptr(), Rights::All, 0, 0));
            below = level;
        }
        root = CNode(need(pool().slot()));
        need(node().mint_cnode(root.cptr(), node(), below.cptr(), Rights::All, 0, 0));
    }
};

/// The longest message with the most capabilities, as a call and its reply between threads in deep CSpaces.
void deep_message() {
    enum : std::uint64_t { kEndpoint = 1, kReply, kTarget, kGift };
    const DeepSpace deep;
    const CNode target = need(pool().cnode(8));
    need(deep.leaf.copy(kEndpoint, node(), need(pool().endpoint()).cptr()));
    need(deep.leaf.copy(kReply, node(), need(pool().reply()).cptr()));
    need(deep.leaf.copy(kTarget, node(), target.cptr()));
    need(deep.leaf.copy(kGift, node(), need(pool().notification()).cptr()));
    const Tag tag(0, kMaxWords, kMaxMessageCaps);
    const auto prepare = [](std::uint64_t index) {
        utcb()->receive_cnode = DeepSpace::pointer(kTarget);
        utcb()->receive_index = index;
        utcb()->receive_count = kMaxMessageCaps;
        for (CPtr& cap : utcb()->send_caps) cap = DeepSpace::pointer(kGift);
    };
    volatile unsigned came[2] = {};
    auto server = [&] {
        prepare(1);
        const Message request = sys::recv(DeepSpace::pointer(kEndpoint), DeepSpace::pointer(kReply));
        came[0] = request.tag.caps();
        (void)sys::reply_recv(DeepSpace::pointer(kEndpoint), DeepSpace::pointer(kReply), {.tag = tag});
    };
    auto client = [&] {
        prepare(9);
        came[1] = sys::call(DeepSpace::pointer(kEndpoint), {.tag = tag}).tag.caps();
        (void)sys::recv(DeepSpace::pointer(kEndpoint), 0);  // forever
    };
    Thread serving(server), calling(client);
    for (const Thread* thread : {&serving, &calling}) need(thread->tcb.configure({.cspace = deep.root}));
    serving.start();
    calling.start();
    EXPECT_EQ(came[0], kMaxMessageCaps);
    EXPECT_EQ(came[1], kMaxMessageCaps);
    for (const Thread* thread : {&serving, &calling}) need(thread->tcb.suspend());
}

/// Revoke destroys a large structure: full CNodes in CNodes, threads, page tables with mappings.
void destroy() {
    const Untyped memory = need(pool().make<Untyped>(CapType::Untyped, 22));
    const CPtr slots = need(pool().slots(8));
    const CNode outer(slots), inner(slots + 1);
    for (unsigned round = 0; round < 2; round++) {
        need(memory.retype(CapType::CNode, 8, node(), outer.cptr(), 2));
        for (std::uint64_t i = 1; i < 256 - kMaxRetypeCount; i += kMaxRetypeCount) {
            need(memory.retype(CapType::Tcb, 0, outer, i, kMaxRetypeCount));
            need(memory.retype(CapType::Frame, kFrameBits, inner, i, kMaxRetypeCount));
        }
        need(memory.retype(CapType::VSpace, 0, node(), slots + 2));
        need(memory.retype(CapType::PageTable, 0, node(), slots + 3, 2));
        for (unsigned i = 3; i < 5; i++) need(PageTable(slots + i).map(VSpace(slots + 2), kArea));
        for (std::uint64_t i = 1; i < 128; i++) {
            need(node().move(slots + 5, inner, i));
            need(Frame(slots + 5).map(VSpace(slots + 2), kArea + i * kPageSize, MapFlags::Read));
            need(inner.move(i, node(), slots + 5));
        }
        need(outer.move(255, node(), inner.cptr()));
        EXPECT(with_interrupts([&] {
                   if (round == 0) need(node().remove(outer.cptr()));
                   EXPECT_OK(node().revoke(memory.cptr()));
               }) > 10);
        EXPECT_EQ(need(memory.info()).used, 0);
    }
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {
        {"latency_console", console}, {"latency_reports", reports}, {"latency_retype", retype},
        {"latency_spaces", spaces},   {"latency_timers", timers},   {"latency_deep_message", deep_message},
        {"latency_destroy", destroy},
    };
    return run_cases(kCases);
}
