// SPDX-License-Identifier: MIT
// The fuzzer: victims in one world after another make random system calls, until the kernel breaks or `calls` is
// reached.
//
// Kernel command line: root=bin/kfuzz seed=1 calls=100000 worlds=0 (0: no limit). On a machine with -icount the seed
// determines the whole run, down to the last instruction. The driver is the program's first thread and stays outside
// all worlds. It lets the kernel check its invariants every kCallsPerCheck calls and after each world, when all memory
// must be free again. The last line is `kfuzz: ok`, or the reason for the failure and the seed.
#include <algorithm>

#include "abi/boot_info.h"
#include "abi/fault.h"
#include "common/option.h"
#include "fuzz/world.h"
#include "glenda/environment.h"
#include "glenda/message.h"
#include "glenda/print.h"
#include "glenda/time.h"
#include "util/bits.h"

namespace glenda::fuzz {

namespace {

constexpr std::uint64_t kCallsPerCheck = 2000, kCallsPerWorld = 5000;
constexpr unsigned kTicksPerWorld = 300;
constexpr unsigned kFaultsPerTick = 40;  // of one victim; after more it stays stopped until the next tick
constexpr std::uint64_t kBoards = 0x20'0000'0000, kCopy = 0x21'0000'0000;

const BootInfo& boot_info() { return *reinterpret_cast<const BootInfo*>(kRootBootInfo); }

std::uint64_t option(std::string_view key, std::uint64_t otherwise) {
    return ktest::option(boot_info().command_line, key, otherwise);
}

struct Options {
    std::uint64_t seed = option("seed", 1), calls = option("calls", 100'000), worlds = option("worlds", 0);
};

constinit std::uint64_t running_seed = 0, running_world = 0;

[[noreturn]] void give_up(const char* what, const char* why) {
    print("kfuzz: FAIL in world {}: {}: {}; replay with seed={}\n", running_world, what, why, running_seed);
    exit(1);
}

template <typename T>
T need(Result<T> result, const char* what) {
    if (!result) give_up(what, name_of(result.error()));
    return *result;
}

struct Totals {
    std::uint64_t calls = 0, checks = 0, faults = 0;
    std::uint64_t replies[kErrors] = {};
    std::uint32_t succeeded[kTypes][kMethods] = {};

    void add(World& world) {
        calls += world.calls();
        for (unsigned v = 0; v < world.victims(); v++) {
            const Board* board = world.board(v);
            if (board == nullptr) continue;
            for (unsigned e = 0; e < kErrors; e++) replies[e] += board->replies[e];
            for (unsigned t = 0; t < kTypes; t++) {
                for (unsigned m = 0; m < kMethods; m++) succeeded[t][m] += board->succeeded[t][m];
            }
        }
    }
};

class Driver {
public:
    Driver(const Supplies& supplies, Notification bell, Timer timer, Reply reply)
        : supplies_(supplies), bell_(bell), timer_(timer), reply_(reply) {}

    void run(const Options& options) {
        Random random(options.seed);
        for (running_world = 0; totals_.calls < options.calls; running_world++) {
            if (options.worlds != 0 && running_world == options.worlds) break;
            if (running_world % 32 == 0) print("kfuzz: world {}, {} calls\n", running_world, totals_.calls);
            need(environment().machine.set_fast_path(random.chance(70)), "fast path");
            World world(supplies_, random);
            world.begin();
            live(world, random);
            totals_.add(world);
            check();
            world.end();
            if (need(supplies_.memory.info(), "info").used != 0) give_up("memory is lost", "used is not 0");
            check();
        }
        need(environment().machine.set_fast_path(true), "fast path");
    }
    void report() const {
        for (unsigned t = 0; t < kTypes; t++) {
            for (unsigned m = 0; m < kMethods; m++) {
                if (totals_.succeeded[t][m] != 0)
                    print("kfuzz: {} method {}: {}\n", name_of(CapType(t)), m, totals_.succeeded[t][m]);
            }
        }
        for (unsigned e = 0; e < kErrors; e++) print("kfuzz: reply {}: {}\n", name_of(Error(e)), totals_.replies[e]);
        print("kfuzz: {} calls, {} worlds, {} checks, {} faults\n", totals_.calls, running_world, totals_.checks,
              totals_.faults);
    }

private:
    void check() {
        totals_.checks++;
        if (!need(environment().machine.check(), "check")) give_up("invariant", "the kernel says which");
    }

    /// Lets the victims run until the world's limit of calls or ticks.
    void live(World& world, Random& random) {
        std::uint64_t next_check = kCallsPerCheck;
        std::uint64_t deadline = arm();
        std::fill(std::begin(faults_), std::end(faults_), 0u);
        for (unsigned ticks = 0; ticks < kTicksPerWorld && world.calls() < kCallsPerWorld;) {
            const Message message = supplies_.faults.recv(reply_.cptr());
            if (!message.tag.is_notification()) handle_fault(message, world, random);
            if (read_time() < deadline) continue;
            ticks++;
            std::fill(std::begin(faults_), std::end(faults_), 0u);
            world.disturb();
            deadline = arm();
            if (world.calls() < next_check) continue;
            next_check = world.calls() + kCallsPerCheck;
            check();
        }
        (void)timer_.cancel();
        (void)bell_.poll();
    }
    /// Arms the timer for the next tick. Ticks are frequent because victims soon block.
    std::uint64_t arm() {
        const unsigned rate = boot_info().hart_count == 1 ? 8000 : 1000;  // several harts run at the host's pace
        const std::uint64_t deadline = read_time() + boot_info().timebase / rate;
        if (!timer_.arm(deadline)) give_up("timer", "arm");
        return deadline;
    }
    /// Restarts the victim, or resumes it after the call, or leaves it suspended.
    void handle_fault(const Message& message, World& world, Random& random) {
        const unsigned victim = message.badge - 1;
        if (message.tag.is_error() || victim >= world.victims())
            give_up("unexpected message", name_of(message.tag.as_error()));
        totals_.faults++;
        const bool is_syscall = message.tag.label() == std::uint64_t(FaultKind::UnknownSyscall);
        const bool wants_help = is_syscall && message.words[1] == std::uint64_t(kHelp);
        if (!wants_help && is_syscall && random.chance(70)) {
            (void)reply_.send({.tag = Tag(kFaultResume, 2), .words = {random.next(), 0}});
            return;
        }
        (void)reply_.send({.tag = Tag(kFaultSuspend, 0)});
        if (++faults_[victim] > kFaultsPerTick || random.chance(5)) return;
        if (wants_help)
            world.help(victim);
        else
            world.restart(victim);
    }

    const Supplies& supplies_;
    Notification bell_;
    Timer timer_;
    Reply reply_;
    unsigned faults_[kMaxVictims] = {};
    Totals totals_;
};

Untyped largest_memory() {
    const BootInfo& info = boot_info();
    std::uint64_t largest = info.untyped_count;
    for (std::uint64_t i = 0; i < info.untyped_count; i++) {
        const UntypedDescription& each = info.untypeds[i];
        if (each.is_device == 0 && (largest == info.untyped_count || each.size_bits > info.untypeds[largest].size_bits))
            largest = i;
    }
    return Untyped(info.untyped.first + largest);
}

/// Copies this program as it is now into a 2 MiB frame. Victims map it at the program's own address.
Frame copy_program(Bootstrap& pool, VSpace space) {
    const Frame frame = need(pool.frame(kLargeFrameBits), "code");
    fuzz::need(pool.map(frame, space, kCopy, MapFlags::ReadWrite), "code");
    constexpr std::uint64_t kBegin = 0x10000;
    __builtin_memcpy(reinterpret_cast<void*>(kCopy + kBegin), reinterpret_cast<const void*>(kBegin),
                     std::min(boot_info().root_image_end, bit(kLargeFrameBits)) - kBegin);
    return frame;
}

Supplies gather(Bootstrap& pool) {
    const CNode node = environment().cnode;
    Supplies s{.node = node,
               .slots = need(pool.slots(kWorldSlots), "slots"),
               .memory = need(pool.make<Untyped>(CapType::Untyped, kWorldBits), "memory"),
               .code = copy_program(pool, environment().vspace),
               .faults = need(pool.endpoint(), "endpoint"),
               .handlers = need(pool.slots(kMaxVictims), "slots"),
               .interrupts = need(pool.slots(4), "slots"),
               .interrupt_count = 4,
               .boards = reinterpret_cast<Board*>(kBoards),
               .space = environment().vspace,
               .harts = boot_info().hart_count};
    for (unsigned i = 0; i < kMaxVictims; i++)
        fuzz::need(node.mint(s.handlers + i, node, s.faults.cptr(), Rights::Write, i + 1), "handler");
    constexpr unsigned kUnusedInterrupt = 60;
    fuzz::need(node.copy(s.interrupts, node, kRootIrqControl), "interrupts");
    for (unsigned i = 1; i < s.interrupt_count; i++)
        fuzz::need(IrqControl(kRootIrqControl).claim(kUnusedInterrupt + i, node, s.interrupts + i), "interrupt");
    // Mapping a page leaves the page tables for the boards in place.
    const Frame page = need(pool.frame(), "page");
    fuzz::need(pool.map(page, s.space, kBoards, MapFlags::ReadWrite), "page");
    fuzz::need(page.unmap(), "page");
    return s;
}

}  // namespace

void need(const Result<void>& result, const char* what) {
    if (!result) give_up(what, name_of(result.error()));
}

void run() {
    const Options options;
    running_seed = options.seed;
    print("kfuzz: seed {}, {} calls\n", options.seed, options.calls);
    need(environment().tcb.set_priority(kDriverPriority, kMaxPriority), "priority");
    Bootstrap pool(environment().cnode, boot_info().empty);
    pool.add_untyped(largest_memory());
    const Supplies supplies = gather(pool);
    const Notification bell = need(pool.notification(), "bell");
    const Timer timer = need(pool.timer(), "timer");
    need(timer.bind(bell), "timer");
    need(environment().tcb.bind(bell), "bell");
    Driver driver(supplies, bell, timer, need(pool.reply(), "reply"));
    driver.run(options);
    driver.report();
    print("kfuzz: ok\n");
}

}  // namespace glenda::fuzz

int main(int, char**) {
    glenda::fuzz::run();
    return 0;
}
