// SPDX-License-Identifier: MIT
// K26: all harts perform random operations at once, on their own objects and on shared ones. In the end all memory is
// free.
//
// Kernel command line: seconds=N, the duration. Twelve workers, spread over the harts, choose operations at random; the
// kernel rightly refuses most. The main thread resumes workers that are stuck and lets the kernel check its invariants.
#include <algorithm>

#include "common/smp.h"
#include "glenda/print.h"

namespace glenda::ktest {

namespace {

constexpr unsigned kWorkers = 12, kSlots = 16;
constexpr std::uint64_t kWorkersArea = kArea + bit(30);
constexpr unsigned kWorkerPriority = 50;
constexpr std::uint64_t kPatience = 60'000'000;  // us: extra time for a machine whose harts hardly run

extern "C" const char stress_loop[];
asm(R"(
    .text
stress_loop:                # signals the capability in s3 forever, whether refused or not
    mv a0, s3
    mv a1, zero
    ecall
    addi s1, s1, 1
    j stress_loop
)");

/// What the workers share. All of them fill and empty the slots from `first` on.
struct Shared {
    CPtr first;
    Untyped untyped;
    Endpoint endpoint;
    Notification bell;
    Tcb workers[kWorkers];
};

struct Worker {
    Shared* shared = nullptr;
    CPtr first = 0;  // of its own kSlots slots
    Untyped untyped;
    std::uint64_t random = 0;
    std::uint64_t area = 0;
    volatile std::uint64_t done = 0, refused = 0;

    unsigned choose(unsigned count) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        return (random >> 20) % count;
    }
    CPtr slot() { return choose(4) == 0 ? shared->first + choose(kSlots) : first + choose(kSlots); }
    Tcb some_worker() { return shared->workers[choose(kWorkers)]; }

    Error make() {
        static constexpr CapType kTypes[] = {CapType::Tcb,    CapType::Endpoint, CapType::Notification,
                                             CapType::Reply,  CapType::Frame,    CapType::PageTable,
                                             CapType::VSpace, CapType::Timer,    CapType::CNode};
        const CapType type = kTypes[choose(std::size(kTypes))];
        const unsigned bits = type == CapType::Frame ? kFrameBits : type == CapType::CNode ? 2 : 0;
        const Untyped from = choose(4) == 0 ? shared->untyped : untyped;
        return error_of(from.retype(type, bits, node(), slot()));
    }
    /// Starts a thread on a random hart. It runs until it is deleted.
    Error start_thread() {
        const Tcb tcb(slot());
        if (const Error error = error_of(tcb.configure({.cspace = node(), .vspace = space()})); error != Error::Ok)
            return error;
        if (const Error error = error_of(tcb.suspend()); error != Error::Ok) return error;
        Registers registers;
        registers.pc = reinterpret_cast<std::uint64_t>(stress_loop);
        registers.s3 = choose(2) == 0 ? slot() : shared->bell.cptr();
        registers.a7 = std::uint64_t(Syscall::NBSend);
        if (const Error error = error_of(tcb.write_registers(registers)); error != Error::Ok) return error;
        if (const Error error = error_of(tcb.set_priority(kWorkerPriority - 1 - choose(2), kWorkerPriority));
            error != Error::Ok)
            return error;
        if (const Error error = error_of(tcb.set_affinity(choose(harts()))); error != Error::Ok) return error;
        return error_of(tcb.resume());
    }
    Error use_memory() {
        const CPtr frame = slot();
        switch (choose(4)) {
            case 0: return error_of(Frame(frame).map(space(), area + choose(4) * kPageSize, MapFlags::ReadWrite));
            case 1: return error_of(Frame(frame).unmap());
            case 2: return error_of(Frame(frame).protect(MapFlags::Read));
            default: return error_of(PageTable(frame).map(space(), area + choose(4) * bit(kLargeFrameBits)));
        }
    }
    Error talk() {
        switch (choose(12)) {
            case 0: return error_of(shared->bell.signal());
            case 1: return error_of(shared->bell.poll());
            case 2: return error_of(shared->endpoint.nb_send({.tag = Tag(1, 4)}));
            case 3: return error_of(shared->endpoint.recv(slot()));
            case 4: return error_of(shared->endpoint.call({.tag = Tag(1, kMaxWords)}));
            case 5: return error_of(shared->endpoint.nb_recv(slot()));
            default: return error_of(Reply(slot()).send({.tag = Tag(0, 20)}));
        }
    }
    Error disturb() {
        const Tcb tcb = choose(2) == 0 ? some_worker() : Tcb(slot());
        Registers registers;
        switch (choose(16)) {
            default: return error_of(tcb.set_affinity(choose(harts())));
            case 2: return error_of(tcb.read_registers(registers));
            case 3: return error_of(Tcb(slot()).set_priority(kWorkerPriority - 1 - choose(2), kWorkerPriority));
            case 4: return error_of(tcb.resume());
            case 5: return error_of(tcb.suspend());
        }
    }
    Error arm() {
        const Timer timer(slot());
        if (const Error error = error_of(timer.bind(shared->bell)); error != Error::Ok) return error;
        return error_of(timer.arm(read_time() + ticks(choose(3000))));
    }
    Error pass_on() {
        const CPtr shareds[] = {shared->endpoint.cptr(), shared->bell.cptr(), slot(), slot()};
        switch (choose(3)) {
            case 0: return error_of(node().copy(slot(), node(), shareds[choose(4)]));
            case 1: return error_of(node().mint(slot(), node(), shareds[choose(2)], Rights::All, bit(choose(60))));
            default: return error_of(node().move(slot(), node(), slot()));
        }
    }
    Error take_back() {
        switch (choose(12)) {
            case 0: return error_of(node().revoke(untyped.cptr()));
            case 1: return error_of(node().revoke(shared->untyped.cptr()));
            case 2: return error_of(node().revoke(slot()));
            default: return error_of(node().remove(slot()));
        }
    }
    Error step() {
        switch (choose(10)) {
            case 0:
            case 1: return make();
            case 2: return start_thread();
            case 3: return use_memory();
            case 4: return talk();
            case 5: return disturb();
            case 6: return arm();
            case 7: return pass_on();
            default: return take_back();
        }
    }
    void operator()() {
        for (;;) {
            const bool refusal = step() != Error::Ok;
            volatile std::uint64_t& count = refusal ? refused : done;
            count = count + 1;
        }
    }
};

void stress() {
    const std::uint64_t duration = harts() < 2 ? 100'000 : option("seconds", 2) * 1'000'000;  // us
    const Alarm alarm;
    Shared shared{};
    shared.endpoint = need(pool().endpoint());
    shared.bell = need(pool().notification());
    shared.untyped = need(pool().make<Untyped>(CapType::Untyped, 17));
    shared.first = need(pool().slots(kSlots));
    Worker workers[kWorkers];
    Crew crew;
    for (unsigned i = 0; i < kWorkers; i++) {
        Worker& worker = workers[i];
        worker.shared = &shared;
        worker.untyped = need(pool().make<Untyped>(CapType::Untyped, 17));
        worker.first = need(pool().slots(kSlots));
        worker.random = 0x9e37'79b9'7f4a'7c15 * (i + 1) ^ read_time();
        worker.area = kWorkersArea + i * bit(24);
        crew.add(worker, i % harts(), kWorkerPriority);
    }
    for (unsigned i = 0; i < kWorkers; i++) crew[i].start();
    // Not earlier: a worker that another one resumes before start() could no longer be started.
    for (unsigned i = 0; i < kWorkers; i++) shared.workers[i] = crew[i].tcb;

    // A busy host may hardly run some harts. Then wait longer, until every worker has completed an operation.
    const std::uint64_t end = read_time() + ticks(duration), last_end = end + ticks(kPatience);
    const auto all_have_done = [&] { return std::ranges::all_of(workers, [](const Worker& w) { return w.done > 0; }); };
    std::uint64_t last[kWorkers] = {};
    for (unsigned round = 0; read_time() < end || (!all_have_done() && read_time() < last_end); round++) {
        alarm.sleep(1000);
        if (round % 100 == 0) EXPECT(need(Machine(kRootMachine).check()));
        for (unsigned i = 0; i < kWorkers; i++) {
            const std::uint64_t now = workers[i].done + workers[i].refused;
            if (now == last[i]) {
                if (crew[i].state() != ThreadState::Ready) EXPECT_OK(crew[i].tcb.suspend());
                EXPECT_OK(crew[i].tcb.resume());
            }
            last[i] = now;
        }
    }
    std::uint64_t done = 0, refused = 0;
    for (unsigned i = 0; i < kWorkers; i++) EXPECT_OK(crew[i].tcb.suspend());
    for (const Worker& worker : workers) {
        EXPECT(worker.done > 0);
        done += worker.done;
        refused += worker.refused;
    }
    print("stress: {} operations done, {} refused\n", done, refused);
    for (unsigned i = 0; i < kWorkers; i++) {
        EXPECT_OK(node().revoke(workers[i].untyped.cptr()));
        EXPECT_EQ(need(workers[i].untyped.info()).used, 0);
    }
    EXPECT_OK(node().revoke(shared.untyped.cptr()));
    EXPECT_EQ(need(shared.untyped.info()).used, 0);
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"smp_stress", checked<stress>}};
    return run_cases(kCases);
}
