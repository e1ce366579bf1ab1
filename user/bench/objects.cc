// SPDX-License-Identifier: MIT
// Single operations on kernel objects, one call each.
#include "bench.h"
#include "glenda/environment.h"
#include "glenda/time.h"

namespace glenda::bench {

namespace {

constexpr std::uint64_t kRounds = 1000;

/// Measures and reports the cycles of `operation(0)` to `operation(kRounds - 1)`.
template <typename Operation>
void measure(const char* name, Operation operation) {
    const std::uint64_t begin = read_cycle();
    for (std::uint64_t i = 0; i < kRounds; i++) need(operation(i), name);
    report(name, read_cycle() - begin, kRounds);
}

/// Measures runs of the frames from slot `first` on, whose page tables exist. Reports the cost per page, not per call.
void measure_runs(CPtr first, std::uint64_t area) {
    const VSpace space = environment().vspace;
    constexpr unsigned kRun = 50, kRuns = kRounds / kRun;
    static_assert(kRun <= kMaxRunLength);
    const auto at = [&](std::uint64_t i) { return area + i * kPageSize; };

    std::uint64_t begin = read_cycle();
    for (std::uint64_t i = 0; i < kRounds; i += kRun)
        need(Frame(first + i).map_run(space, at(i), MapFlags::ReadWrite, kRun), "map_run");
    report("map_run_page", read_cycle() - begin, kRounds);

    begin = read_cycle();
    need(space.protect(area, kRounds, MapFlags::Read), "protect");
    report("protect_page", read_cycle() - begin, kRounds);
    begin = read_cycle();
    need(space.unmap(area, kRounds), "unmap");
    report("unmap_page", read_cycle() - begin, kRounds);
    begin = read_cycle();
    constexpr std::uint64_t kHoleBegin = 0x29'0000'0000, kHoleEnd = 0x30'0000'0000;  // 28 GiB without a table
    need(space.unmap(kHoleBegin, (kHoleEnd - kHoleBegin) / kPageSize), "unmap");
    report("unmap_hole", read_cycle() - begin, 1);

    // Each frame moves from its own address to one where another page is mapped.
    for (std::uint64_t i = 0; i < kRounds; i += kRun)
        need(Frame(first + i).map_run(space, at(i), MapFlags::ReadWrite | MapFlags::Replace, kRun), "replace");
    measure("map_replace", [&](std::uint64_t i) {
        return Frame(first + i).map(space, at(i ^ 1), MapFlags::ReadWrite | MapFlags::Replace);
    });
    for (std::uint64_t i = 0; i < kRounds; i++) need(Frame(first + i).unmap(), "unmap");
    static_assert(kRuns * kRun == kRounds);
}

}  // namespace

void measure_memory() {
    const CNode node = environment().cnode;
    const CPtr first = scratch;
    const Untyped memory = need(bootstrap->make<Untyped>(CapType::Untyped, 23), "untyped");
    measure("retype_frame",
            [&](std::uint64_t i) { return memory.retype(CapType::Frame, kFrameBits, node, first + i); });

    constexpr std::uint64_t kArea = 0x28'0000'0000;
    const VSpace space = environment().vspace;
    for (std::uint64_t i = 0; i < kRounds; i += 512) {
        need(bootstrap->map(Frame(first + i), space, kArea + i * kPageSize, MapFlags::ReadWrite), "tables");
        need(Frame(first + i).unmap(), "unmap");
    }
    measure("map_frame",
            [&](std::uint64_t i) { return Frame(first + i).map(space, kArea + i * kPageSize, MapFlags::ReadWrite); });
    measure("unmap_frame", [&](std::uint64_t i) { return Frame(first + i).unmap(); });
    measure_runs(first, kArea);
    clear_scratch(kRounds);
}

void measure_capabilities() {
    const CNode node = environment().cnode;
    const CPtr source = need(bootstrap->endpoint(), "endpoint").cptr();
    const CPtr first = scratch;
    const CPtr second = scratch + kRounds;
    measure("cap_copy", [&](std::uint64_t i) { return node.copy(first + i, node, source); });
    measure("cap_move", [&](std::uint64_t i) { return node.move(second + i, node, first + i); });
    measure("cap_delete", [&](std::uint64_t i) { return node.remove(second + i); });
    measure("cap_mint", [&](std::uint64_t i) { return node.mint(first + i, node, source, Rights::All, i + 1); });
    clear_scratch(kRounds);

    constexpr unsigned kRun = 50;
    for (std::uint64_t i = 0; i < kRounds; i++) need(node.copy(first + i, node, source), "copy");
    const std::uint64_t begin_of_runs = read_cycle();
    for (std::uint64_t i = 0; i < kRounds; i += kRun)
        need(node.copy_run(second + i, node, first + i, kRun), "copy_run");
    report("copy_run_slot", read_cycle() - begin_of_runs, kRounds);
    measure("cap_same", [&](std::uint64_t i) -> Result<void> {
        TRY(is_same, node.same(first + i, node, second + i));
        CHECK(is_same, Error::BadArgument);
        return {};
    });
    clear_scratch(2 * kRounds);

    need(bootstrap->make_at(CapType::CNode, 7, node, first), "cnode");
    const std::uint64_t begin_of_delete = read_cycle();
    need(node.remove(first), "delete");
    report("delete_empty_cnode", read_cycle() - begin_of_delete, 1);

    std::uint64_t cycles = 0;
    constexpr std::uint64_t kTimes = 100, kCopies = 100;
    for (std::uint64_t i = 0; i < kTimes; i++) {
        for (std::uint64_t j = 0; j < kCopies; j++) need(node.copy(first + j, node, source), "copy");
        const std::uint64_t begin = read_cycle();
        need(node.revoke(source), "revoke");
        cycles += read_cycle() - begin;
    }
    report("revoke_100", cycles, kTimes);
}

void measure_threads() {
    const CNode node = environment().cnode;
    const CPtr first = scratch;
    const Untyped memory = need(bootstrap->make<Untyped>(CapType::Untyped, 21), "untyped");
    const Frame utcb_frame = need(bootstrap->frame(), "frame");
    const VSpace space = environment().vspace;
    measure("thread_spawn", [&](std::uint64_t i) -> Result<void> {
        TRY_VOID(memory.retype(CapType::Tcb, 0, node, first + i));
        const Tcb tcb(first + i);
        TRY_VOID(
            tcb.configure({.cspace = node, .vspace = space, .utcb_frame = utcb_frame, .utcb_address = kPartnerUtcb}));
        const Message entry{.tag = Tag(std::uint64_t(TcbMethod::WriteRegisters), 4), .words = {0, kCodeAddress, 0, 0}};
        if (sys::call(tcb.cptr(), entry).tag.is_error()) return Failure(Error::BadArgument);
        return tcb.resume();
    });
    clear_scratch(kRounds);

    const Tcb tcb = need(bootstrap->tcb(), "tcb");
    need(tcb.configure({.cspace = node, .vspace = space, .utcb_frame = utcb_frame, .utcb_address = kPartnerUtcb}),
         "configure");
    std::uint64_t resumed = 0, suspended = 0;
    for (std::uint64_t i = 0; i < kRounds; i++) {
        std::uint64_t begin = read_cycle();
        need(tcb.resume(), "resume");
        resumed += read_cycle() - begin;
        begin = read_cycle();
        need(tcb.suspend(), "suspend");
        suspended += read_cycle() - begin;
    }
    report("tcb_resume", resumed, kRounds);
    report("tcb_suspend", suspended, kRounds);
    const Tcb source = need(bootstrap->tcb(), "tcb");
    measure("tcb_copy_registers", [&](std::uint64_t) { return tcb.copy_registers(source); });
    measure("tcb_set_priority", [&](std::uint64_t i) { return tcb.set_priority(i % 50, 50); });
}

}  // namespace glenda::bench
