// SPDX-License-Identifier: MIT
// K40: several harts: threads run at the same time, and whatever one hart does to a thread of another happens at once.
//
// The tests' thread stays on the first hart and spins, so nothing here is scheduled by accident. A test that needs more
// harts than there are passes.
#include "common/smp.h"

namespace glenda::ktest {

namespace {

constexpr std::uint64_t kMoment = 300;       // us in which a thread that still ran would be seen to
constexpr std::uint64_t kTalk = 60'000'000;  // us: the longest that a test with many rounds takes
constexpr std::uint64_t kPage = kArea, kWindow = kArea + bit(kLargeFrameBits);

/// All harts are at one place at one time, again and again. Were they to take turns, this would never end.
void parallel() {
    if (harts() < 2) return;
    constexpr unsigned kRounds = 200;
    volatile unsigned arrived = 0;
    auto meet = [&](unsigned round) {
        __atomic_fetch_add(&arrived, 1, __ATOMIC_SEQ_CST);
        while (__atomic_load_n(&arrived, __ATOMIC_SEQ_CST) < (round + 1) * harts()) {
        }
    };
    auto body = [&] {
        for (unsigned round = 0; round < kRounds; round++) meet(round);
    };
    Crew crew;
    for (unsigned hart = 1; hart < harts(); hart++) crew.add(body, hart).start();
    body();
    EXPECT(soon([&] { return crew.has_finished(); }));
    EXPECT_EQ(arrived, kRounds * harts());
}

std::uint64_t mix(std::uint64_t value) { return (value ^ value >> 29) * 0xbf58'476d'1ce4'e5b9; }

/// Words as a function of `seed`: the first is the seed, the last the sum of all others.
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
/// `message` is what fill() makes of `seed`.
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
    volatile unsigned numbers = 0, answered = 0;
    auto client = [&] {
        const std::uint64_t number = __atomic_fetch_add(&numbers, 1, __ATOMIC_RELAXED);
        for (std::uint64_t i = 0; i < rounds; i++) {
            const std::uint64_t seed = number << 32 | i;
            const Message answer = endpoint.call(fill(seed));
            if (is_filled(answer, ~seed)) __atomic_fetch_add(&answered, 1, __ATOMIC_RELAXED);
        }
    };
    Crew crew;
    Thread& serving = crew.add(server, harts() - 1);
    serving.start();
    for (unsigned i = 0; i < clients; i++) crew.add(client, i % (harts() - 1)).start();
    EXPECT(eventually([&] { return answered == rounds * clients; }, kTalk));
    EXPECT_EQ(served, answered);
    EXPECT_EQ(bad, 0);
}

void ping_pong() {
    if (harts() >= 2) talk(1, 2000);
}
void ping_pong_of_many() {
    if (harts() >= 2) talk(3, 200);
}

/// Each hart signals a bit of its own and waits for the answer: none is lost.
void notifications() {
    if (harts() < 2) return;
    constexpr unsigned kRounds = 200;
    const Notification door = need(pool().notification());
    Notification knock[kMaxHarts], answer[kMaxHarts];
    for (unsigned i = 0; i < harts(); i++) {
        knock[i] = badged(door, bit(i));
        answer[i] = need(pool().notification());
    }
    volatile unsigned numbers = 1, rounds = 0, served = 0;
    auto visitor = [&] {
        const unsigned number = __atomic_fetch_add(&numbers, 1, __ATOMIC_RELAXED);
        for (unsigned i = 0; i < kRounds; i++) {
            need(knock[number].signal());
            (void)need(answer[number].wait());
            __atomic_fetch_add(&rounds, 1, __ATOMIC_RELAXED);
        }
    };
    auto host = [&] {
        for (;;) {
            const Badge who = need(door.wait());
            for (unsigned i = 0; i < harts(); i++) {
                if ((who & bit(i)) == 0) continue;
                served = served + 1;
                need(answer[i].signal());
            }
        }
    };
    Crew crew;
    crew.add(host, harts() - 1).start();
    for (unsigned hart = 0; hart < harts() - 1; hart++) crew.add(visitor, hart).start();
    EXPECT(eventually([&] { return rounds == kRounds * (harts() - 1); }, kTalk));
    EXPECT_EQ(served, rounds);
}

void suspending() {
    if (harts() < 2) return;
    Counter counter;
    Crew crew;
    for (unsigned hart = 1; hart < harts(); hart++) {
        Thread& thread = crew.add(counter, hart);
        thread.start();
        for (unsigned round = 0; round < 20; round++) {
            EXPECT(counter.moves());
            EXPECT_OK(thread.tcb.suspend());
            EXPECT(counter.rests());
            EXPECT(thread.state() == ThreadState::Inactive);
            EXPECT_OK(thread.tcb.resume());
        }
        EXPECT(counter.moves());
        EXPECT_OK(thread.tcb.suspend());
    }
}

extern "C" const char smp_spin[], smp_spin_end[], smp_signal[], smp_signal_call[], smp_count[], smp_count_end[];
asm(R"(
    .text
    .option push
    .option norvc
smp_spin:                   # s1 goes around
    addi s1, s1, 1
    j smp_spin
smp_spin_end:
smp_signal:                 # s1: calls begun, s2: calls done
    addi s1, s1, 1
    mv a0, s3
    mv a1, zero
smp_signal_call:
    ecall
    addi s2, s2, 1
    j smp_signal
smp_count:                  # *a0 goes around
    addi s1, s1, 1
    sd s1, 0(a0)
    j smp_count
smp_count_end:
    .option pop
)");

/// Distinct values in all registers.
Registers pattern(const char* pc) {
    Registers registers;
    auto* words = reinterpret_cast<std::uint64_t*>(&registers);
    for (unsigned i = 1; i < 32; i++) words[i] = 0x0101'0101'0101'0101 * i ^ 0xdead'0000'0000;
    registers.pc = reinterpret_cast<std::uint64_t>(pc);
    return registers;
}

/// Only pc and s1 differ.
void expect_kept(const Registers& got, const Registers& before) {
    Registers expected = before;
    expected.pc = got.pc;
    expected.s1 = got.s1;
    EXPECT(std::memcmp(&got, &expected, sizeof got) == 0);
    EXPECT(got.pc >= std::uint64_t(smp_spin) && got.pc < std::uint64_t(smp_spin_end));
}

void registers() {
    if (harts() < 2) return;
    auto nothing = [] {};
    Crew crew;
    Thread& thread = crew.add(nothing, 1);
    const Registers start = pattern(smp_spin);
    EXPECT_OK(thread.tcb.write_registers(start));
    EXPECT_OK(thread.tcb.resume());
    std::uint64_t last = start.s1;
    for (unsigned round = 0; round < 100; round++) {
        Registers now;
        if (round % 3 == 0) EXPECT_OK(thread.tcb.suspend());
        EXPECT_OK(thread.tcb.read_registers(now));
        expect_kept(now, start);
        EXPECT(now.s1 >= last);
        last = now.s1;
        if (round % 3 == 0) EXPECT_OK(thread.tcb.resume());
        if (round % 3 == 1) EXPECT_OK(thread.tcb.set_affinity(1 + round % (harts() - 1)));
        pause(50);
    }
    EXPECT(last > start.s1);
    EXPECT_ERROR(Busy, thread.tcb.write_registers(start));
}

/// A thread that always is in a system call, most of the time waiting to enter the kernel, is stopped: the call has
/// been done or will be done, and its arguments are there.
void registers_in_system_calls() {
    if (harts() < 2) return;
    const Notification bell = need(pool().notification());
    auto nothing = [] {};
    auto yields = [] {
        for (;;) sys::yield();
    };
    Crew crew;
    Thread& thread = crew.add(nothing, 1);
    for (unsigned hart = 2; hart < harts(); hart++) crew.add(yields, hart).start();
    Registers start = pattern(smp_signal);
    start.s1 = start.s2 = 0;
    start.s3 = bell.cptr();
    start.a7 = std::uint64_t(Syscall::NBSend);
    EXPECT_OK(thread.tcb.write_registers(start));
    EXPECT_OK(thread.tcb.resume());
    for (unsigned round = 0; round < 200; round++) {
        pause(round % 7 * 5);
        Registers now;
        EXPECT_OK(thread.tcb.suspend());
        EXPECT_OK(thread.tcb.read_registers(now));
        const auto call = std::uint64_t(smp_signal_call);
        const bool between = now.s1 == now.s2 + 1 && now.pc > std::uint64_t(smp_signal) && now.pc <= call + 4;
        const bool done = now.s1 == now.s2 && (now.pc <= std::uint64_t(smp_signal) || now.pc > call + 4);
        EXPECT(between || done);
        if (now.pc == call) EXPECT(now.a0 == bell.cptr() && now.a1 == 0);
        EXPECT_EQ(now.a7, start.a7);
        EXPECT_EQ(now.t6, start.t6);
        EXPECT_OK(thread.tcb.resume());
    }
}

/// What was sent has come, and nothing else, though the sender is stopped all the time: no call is done twice.
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
    for (unsigned round = 0; round < 300; round++) {
        EXPECT_OK(from.tcb.suspend());
        EXPECT_OK(from.tcb.resume());
        pause(round % 10 * 3);
    }
    EXPECT(soon([&] { return sent > 300; }));
    stop = true;
    EXPECT(soon([&] { return crew.has_finished(0); }));
    EXPECT(soon([&] { return sent == received; }));
    EXPECT_EQ(sent, received);
}

/// Load the floating-point registers, let time pass, look: they are what they were, and f31 has counted.
struct FloatingPoint {
    volatile std::uint64_t rounds = 0, bad = 0;
    volatile bool stop = false;
    double seed;
    void operator()() {
        while (!stop) {
            std::uint64_t values[32], after[32];
            for (unsigned i = 0; i < 32; i++) values[i] = mix(rounds * 64 + i + std::uint64_t(this));
            values[30] = 0x3ff0'0000'0000'0000;  // 1.0
            values[31] = 0;
            std::uint64_t loops = 2000;
            asm volatile(R"(
                .option push
                .option arch, +d
                .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
                fld f\n, 8*\n(%1)
                .endr
            1:  fadd.d f31, f31, f30
                addi %0, %0, -1
                bnez %0, 1b
                .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
                fsd f\n, 8*\n(%2)
                .endr
                .option pop
            )"
                         : "+r"(loops)
                         : "r"(values), "r"(after)
                         : "memory");
            values[31] = 0x409f'4000'0000'0000;  // 2000.0
            if (std::memcmp(values, after, sizeof values) != 0) bad = bad + 1;
            rounds = rounds + 1;
        }
    }
};

void floating_point() {
    if (harts() < 3) return;
    FloatingPoint work[3];
    Crew crew;
    for (unsigned i = 0; i < 3; i++) crew.add(work[i], 1 + i % (harts() - 1)).start();
    for (unsigned round = 0; round < 300; round++) {
        Thread& thread = crew[round % 3];
        EXPECT_OK(thread.tcb.set_affinity(1 + mix(round) % (harts() - 1)));
        if (round % 5 == 0) {
            EXPECT_OK(thread.tcb.suspend());
            EXPECT_OK(thread.tcb.resume());
        }
        pause(round % 11 * 20);
    }
    for (FloatingPoint& each : work) {
        EXPECT(soon([&] { return each.rounds > 10; }));
        EXPECT_EQ(each.bad, 0);
    }
}

void affinity() {
    if (harts() < 3) return;
    Counter running, ready;
    Crew crew;
    Thread& one = crew.add(running, 1);
    Thread& two = crew.add(ready, 1, kPriority);
    EXPECT_EQ(need(one.tcb.info()).hart, 1);
    EXPECT_ERROR(OutOfRange, one.tcb.set_affinity(harts()));
    EXPECT_OK(one.tcb.set_affinity(2));  // inactive
    EXPECT_OK(one.tcb.set_affinity(1));
    one.start();
    EXPECT(running.moves());
    two.start();
    EXPECT(ready.rests());
    EXPECT_OK(two.tcb.set_affinity(2));  // ready
    EXPECT(ready.moves());
    EXPECT(running.moves());
    EXPECT_OK(one.tcb.set_affinity(2));  // running
    EXPECT_EQ(need(one.tcb.info()).hart, 2);
    EXPECT(running.moves());
    EXPECT(ready.rests());
    EXPECT_OK(one.tcb.set_affinity(2));  // where it is already
    EXPECT(running.moves());

    const Notification bell = badged(need(pool().notification()), 1);
    volatile unsigned woken = 0;
    auto sleeper = [&] {
        for (;;) {
            (void)need(bell.wait());
            woken = woken + 1;
        }
    };
    Thread& three = crew.add(sleeper, 1);
    three.start();
    for (unsigned round = 1; round <= 50; round++) {
        EXPECT(soon([&] { return three.state() == ThreadState::BlockedRecv; }));
        EXPECT_OK(three.tcb.set_affinity(round % harts()));  // blocked
        EXPECT(three.state() == ThreadState::BlockedRecv);
        EXPECT_OK(bell.signal());
        EXPECT(soon([&] { return woken == round; }));
    }
}

void own_affinity() {
    Crew crew;
    volatile unsigned moves = 0;
    Tcb tcb;
    auto wanderer = [&] {
        for (unsigned i = 0; i < 200; i++) {
            const unsigned hart = mix(i) % harts();
            need(tcb.set_affinity(hart));
            if (need(tcb.info()).hart == hart) moves = moves + 1;
        }
    };
    Thread& thread = crew.add(wanderer, 0);
    tcb = thread.tcb;
    thread.start();
    EXPECT(soon([&] { return thread.state() == ThreadState::Inactive; }));
    EXPECT(thread.has_finished());
    EXPECT_EQ(moves, 200);
}

void deleting_threads() {
    if (harts() < 2) return;
    for (unsigned round = 0; round < 10; round++) {
        Counter counter;
        Crew crew;
        Thread& thread = crew.add(counter, 1 + round % (harts() - 1), kPriority + 1, spare_stack());
        thread.start();
        EXPECT(counter.moves());
        EXPECT_OK(node().remove(thread.tcb.cptr()));
        EXPECT(counter.rests());
        EXPECT_ERROR(InvalidCapability, thread.tcb.resume());
    }
}

/// Everything goes at once, while all run.
void revoking_all() {
    if (harts() < 2) return;
    Counter counters[kMaxHarts];
    Crew crew;
    for (unsigned hart = 1; hart < harts(); hart++) crew.add(counters[hart], hart).start();
    for (unsigned hart = 1; hart < harts(); hart++) EXPECT(counters[hart].moves());
    EXPECT_OK(node().revoke(arena().cptr()));
    for (unsigned hart = 1; hart < harts(); hart++) EXPECT(counters[hart].rests());
    EXPECT_EQ(need(arena().info()).used, 0);
}

/// The next fault that somebody has, or none in time.
Message next_fault(Endpoint handler, Reply reply) {
    Message fault{};
    EXPECT(soon([&] {
        fault = handler.nb_recv(reply.cptr());
        return !fault.tag.is_error();
    }));
    return fault;
}
void expect_vm_fault(const Message& fault, std::uint64_t address, Access access) {
    EXPECT_EQ(fault.tag.label(), FaultKind::Vm);
    EXPECT_EQ(fault.words[1], address);
    EXPECT_EQ(fault.words[2], access);
}

/// A frame at kPage, for the threads, and in the window, for the test.
struct SharedPage {
    Frame frame = need(pool().frame()), copy = with_rights(frame, Rights::All);
    volatile std::uint64_t& seen = *reinterpret_cast<volatile std::uint64_t*>(kWindow);
    SharedPage() {
        need(pool().map(frame, space(), kPage, MapFlags::ReadWrite));
        need(pool().map(copy, space(), kWindow, MapFlags::ReadWrite));
    }
    bool moves() {
        const std::uint64_t before = seen;
        return soon([&] { return seen != before; });
    }
    bool rests() {
        const std::uint64_t before = seen;
        pause(kMoment);
        return seen == before;
    }
};
struct Writer {
    void operator()() {
        auto& word = *reinterpret_cast<volatile std::uint64_t*>(kPage);
        for (;;) word = word + 1;
    }
};
struct Reader {
    volatile std::uint64_t count = 0;
    void operator()() {
        for (;;) {
            (void)*reinterpret_cast<volatile std::uint64_t*>(kPage);
            count = count + 1;
        }
    }
};

/// After Unmap, nobody reaches the page any more.
void unmapping() {
    if (harts() < 3) return;
    SharedPage page;
    const Endpoint handler = need(pool().endpoint());
    const Endpoint from_writer = badged(handler, 1), from_reader = badged(handler, 2);
    const Reply replies[] = {need(pool().reply()), need(pool().reply())};
    Writer writer;
    Reader reader;
    Crew crew;
    crew.add(writer, 1, kPriority + 1, {}, from_writer).start();
    crew.add(reader, 2, kPriority + 1, {}, from_reader).start();
    for (unsigned round = 0; round < 20; round++) {
        const std::uint64_t read = reader.count;
        EXPECT(page.moves());
        EXPECT(soon([&] { return reader.count != read; }));
        EXPECT_OK(page.frame.unmap());
        EXPECT(page.rests());
        for (const Reply& reply : replies) {
            const Message fault = next_fault(handler, reply);
            // The compiler increments with a load and a store: either may be the first to fault.
            EXPECT_EQ(fault.tag.label(), FaultKind::Vm);
            EXPECT_EQ(fault.words[1], kPage);
            if (fault.badge == 2) EXPECT_EQ(fault.words[2], Access::Read);
        }
        const std::uint64_t stopped = reader.count;
        pause(kMoment);
        EXPECT_EQ(reader.count, stopped);
        EXPECT_OK(page.frame.map(space(), kPage, MapFlags::ReadWrite));
        for (const Reply& reply : replies) EXPECT_OK(reply.send({.tag = Tag(kFaultResume, 0)}));
    }
}

/// After Protect, nobody writes; who reads, reads on. The same when the table or the frame itself goes.
void protecting() {
    if (harts() < 3) return;
    SharedPage page;
    const Endpoint handler = need(pool().endpoint());
    const Reply reply = need(pool().reply()), other = need(pool().reply());
    Writer writer;
    Reader reader;
    Crew crew;
    crew.add(writer, 1, kPriority + 1, {}, badged(handler, 1)).start();
    crew.add(reader, 2, kPriority + 1, {}, badged(handler, 2)).start();
    for (unsigned round = 0; round < 20; round++) {
        EXPECT(page.moves());
        EXPECT_OK(page.frame.protect(MapFlags::Read));
        EXPECT(page.rests());
        expect_vm_fault(next_fault(handler, reply), kPage, Access::Write);
        const std::uint64_t read = reader.count;
        EXPECT(soon([&] { return reader.count > read + 10; }));
        EXPECT_OK(page.frame.protect(MapFlags::ReadWrite));
        EXPECT_OK(reply.send({.tag = Tag(kFaultResume, 0)}));
    }
    EXPECT(page.moves());
    EXPECT_OK(node().remove(page.frame.cptr()));
    EXPECT(page.rests());
    EXPECT_EQ(next_fault(handler, reply).words[1], kPage);
    EXPECT_EQ(next_fault(handler, other).words[1], kPage);
}

/// A thread with an address space of its own: code at kPage, a counter behind it, which the window shows.
struct Stranger {
    VSpace vspace = need(pool().vspace());
    Endpoint handler = need(pool().endpoint());
    Reply reply = need(pool().reply());
    Frame code = need(pool().frame()), data = need(pool().frame());
    volatile std::uint64_t& seen = *reinterpret_cast<volatile std::uint64_t*>(kWindow + kPageSize);
    Tcb tcb = need(pool().tcb());

    explicit Stranger(unsigned hart) {
        const Frame code_here = with_rights(code, Rights::All), data_here = with_rights(data, Rights::All);
        need(pool().map(code_here, space(), kWindow, MapFlags::ReadWrite));
        need(pool().map(data_here, space(), kWindow + kPageSize, MapFlags::ReadWrite));
        std::memcpy(reinterpret_cast<void*>(kWindow), smp_count, smp_count_end - smp_count);
        need(pool().map(code, vspace, kPage, MapFlags::ReadExecute));
        need(pool().map(data, vspace, kPage + kPageSize, MapFlags::ReadWrite));
        need(tcb.configure({.cspace = node(), .vspace = vspace, .fault_handler = handler}));
        need(tcb.set_priority(kPriority, kPriority));
        need(tcb.set_affinity(hart));
        Registers start;
        start.pc = kPage;
        start.a0 = kPage + kPageSize;
        need(tcb.write_registers(start));
        need(tcb.resume());
    }
    bool moves() {
        const std::uint64_t before = seen;
        return soon([&] { return seen != before; });
    }
    bool rests() {
        const std::uint64_t before = seen;
        pause(kMoment);
        return seen == before;
    }
};

void revoking_space() {
    if (harts() < 2) return;
    Stranger stranger(harts() - 1);
    EXPECT(stranger.moves());
    EXPECT_OK(node().remove(stranger.vspace.cptr()));  // the thread still holds it
    EXPECT(stranger.moves());
    EXPECT_OK(stranger.tcb.suspend());
    EXPECT_OK(stranger.tcb.resume());
    EXPECT(stranger.moves());
    EXPECT_OK(node().remove(stranger.tcb.cptr()));
    EXPECT(stranger.rests());
}

void revoking_space_in_use() {
    if (harts() < 2) return;
    Stranger stranger(1);
    EXPECT(stranger.moves());
    EXPECT_OK(node().revoke(stranger.vspace.cptr()));
    EXPECT(stranger.rests());
    const Message fault = next_fault(stranger.handler, stranger.reply);
    EXPECT_EQ(fault.tag.label(), FaultKind::Vm);
    EXPECT_EQ(fault.words[2], Access::Execute);
    EXPECT_OK(stranger.tcb.configure({.vspace = stranger.vspace}));  // and it goes on where it was
    EXPECT_OK(stranger.reply.send({.tag = Tag(kFaultResume, 0)}));
    EXPECT(stranger.moves());
    const VSpace empty = need(pool().vspace());
    EXPECT_OK(stranger.tcb.configure({.vspace = empty}));  // under its feet
    EXPECT(stranger.rests());
    EXPECT_EQ(next_fault(stranger.handler, stranger.reply).tag.label(), FaultKind::Vm);
}

void revoking_cspace() {
    if (harts() < 2) return;
    const CNode other = need(pool().cnode(4));
    const Notification bell = need(pool().notification());
    EXPECT_OK(other.copy(1, node(), bell.cptr()));
    Counter good, bad;
    auto body = [&] {
        for (;;) {
            Counter& counter = Notification(1).signal() ? good : bad;
            counter.count = counter.count + 1;
        }
    };
    Crew crew;
    Thread& thread = crew.add(body, 1);
    EXPECT_OK(thread.tcb.configure({.cspace = other}));
    thread.start();
    EXPECT(good.moves());
    EXPECT_EQ(bad.count, 0);
    EXPECT_OK(node().revoke(other.cptr()));
    EXPECT(good.rests());
    EXPECT(bad.moves());
    EXPECT_OK(thread.tcb.configure({.cspace = other}));
    EXPECT(good.moves());
    EXPECT_OK(other.remove(1));
    EXPECT(good.rests());
    EXPECT(bad.moves());
}

/// The first hart keeps all timers; the others arm and cancel them.
void timers() {
    if (harts() < 2) return;
    constexpr unsigned kRounds = 20;
    volatile unsigned numbers = 1, in_time = 0, early = 0, cancelled = 0;
    Timer timer[kMaxHarts];
    Notification bell[kMaxHarts];
    for (unsigned i = 1; i < harts(); i++) {
        timer[i] = need(pool().timer());
        bell[i] = need(pool().notification());
        need(timer[i].bind(badged(bell[i], 1)));
    }
    auto body = [&] {
        const unsigned i = __atomic_fetch_add(&numbers, 1, __ATOMIC_RELAXED);
        for (unsigned round = 0; round < kRounds; round++) {
            const std::uint64_t deadline = read_time() + ticks(500 + 300 * i);
            need(timer[i].arm(deadline));
            (void)need(bell[i].wait());
            __atomic_fetch_add(read_time() >= deadline ? &in_time : &early, 1, __ATOMIC_RELAXED);
            need(timer[i].arm(read_time() + ticks(1'000'000'000)));
            need(timer[i].cancel());
            if (error_of(bell[i].poll()) == Error::WouldBlock) __atomic_fetch_add(&cancelled, 1, __ATOMIC_RELAXED);
        }
    };
    Crew crew;
    for (unsigned hart = 1; hart < harts(); hart++) crew.add(body, hart).start();
    EXPECT(eventually([&] { return crew.has_finished(); }));
    EXPECT_EQ(in_time, kRounds * (harts() - 1));
    EXPECT_EQ(early, 0);
    EXPECT_EQ(cancelled, kRounds * (harts() - 1));
}

/// Each hart for itself runs the highest that is ready there; changing a priority takes effect at once.
void priorities() {
    if (harts() < 3) return;
    Counter high, low, elsewhere;
    Crew crew;
    Thread& highs = crew.add(high, 1, 60);
    Thread& lows = crew.add(low, 1, 50);
    crew.add(elsewhere, 2, 10).start();  // lower than both, and than the tests' thread
    lows.start();
    EXPECT(low.moves());
    highs.start();
    EXPECT(high.moves());
    EXPECT(low.rests());
    EXPECT(elsewhere.moves());
    EXPECT_OK(lows.tcb.set_priority(70, 70));
    EXPECT(low.moves());
    EXPECT(high.rests());
    EXPECT_OK(lows.tcb.set_priority(40, 70));
    EXPECT(high.moves());
    EXPECT(low.rests());
    EXPECT_OK(lows.tcb.set_priority(60, 70));  // equals share
    EXPECT(high.moves());
    EXPECT(low.moves());
    EXPECT(elsewhere.moves());
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"smp_parallel", checked<parallel>},
                                      {"smp_ping_pong", checked<ping_pong>},
                                      {"smp_ping_pong_of_many", checked<ping_pong_of_many>},
                                      {"smp_notifications", checked<notifications>},
                                      {"smp_suspending", checked<suspending>},
                                      {"smp_registers", checked<registers>},
                                      {"smp_registers_in_system_calls", checked<registers_in_system_calls>},
                                      {"smp_exactly_once", checked<exactly_once>},
                                      {"smp_floating_point", checked<floating_point>},
                                      {"smp_affinity", checked<affinity>},
                                      {"smp_own_affinity", checked<own_affinity>},
                                      {"smp_deleting_threads", checked<deleting_threads>},
                                      {"smp_revoking_all", checked<revoking_all>},
                                      {"smp_unmapping", checked<unmapping>},
                                      {"smp_protecting", checked<protecting>},
                                      {"smp_revoking_space", checked<revoking_space>},
                                      {"smp_revoking_space_in_use", checked<revoking_space_in_use>},
                                      {"smp_revoking_cspace", checked<revoking_cspace>},
                                      {"smp_timers", checked<timers>},
                                      {"smp_priorities", checked<priorities>}};
    return run_cases(kCases);
}
