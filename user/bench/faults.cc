// SPDX-License-Identifier: MIT
// Faults: the root task is the handler of a partner that faults in a loop.
#include "abi/fault.h"
#include "bench.h"
#include "glenda/environment.h"
#include "glenda/time.h"

namespace glenda::bench {

namespace {

constexpr std::uint64_t kPages = 1024;
constexpr std::uint64_t kTouched = 0x18'0000'0000;

void page_faults() {
    const Endpoint endpoint = need(bootstrap->endpoint(), "endpoint");
    const Reply reply = need(bootstrap->reply(), "reply");
    Partner faulter(touch_code(), Partner::Space::Own, endpoint);
    const CPtr first = scratch;
    for (std::uint64_t i = 0; i < kPages; i++)
        need(bootstrap->make_at(CapType::Frame, kFrameBits, environment().cnode, first + i), "frame");
    // Mapping and unmapping one page in each 2 MiB leaves the page tables in place.
    for (std::uint64_t i = 0; i < kPages; i += 512) {
        const Frame frame(first + i);
        need(bootstrap->map(frame, faulter.vspace, kTouched + i * kPageSize, MapFlags::ReadWrite), "tables");
        need(frame.unmap(), "unmap");
    }
    faulter.registers.s0 = kTouched;
    faulter.registers.s1 = kPageSize;
    faulter.start();

    Message fault = endpoint.recv(reply.cptr());
    const std::uint64_t begin = read_cycle();
    for (std::uint64_t i = 0; i + 1 < kPages; i++) {
        const Frame frame(first + i);
        const std::uint64_t page = fault.words[1] & ~(kPageSize - 1);
        if (!frame.map(faulter.vspace, page, MapFlags::ReadWrite)) break;
        fault = endpoint.reply_recv(reply.cptr(), {.tag = Tag(kFaultResume, 0)});
    }
    const std::uint64_t cycles = read_cycle() - begin;
    need(fault.words[1] == kTouched + (kPages - 1) * kPageSize ? Result<void>{} : Failure(Error::BadArgument),
         "faults");
    report("fault_reply", cycles, kPages - 1);
    faulter.stop();
    clear_scratch(kPages);
}

void exceptions() {
    constexpr std::uint64_t kRounds = 10'000;
    const Endpoint endpoint = need(bootstrap->endpoint(), "endpoint");
    const Reply reply = need(bootstrap->reply(), "reply");
    Partner faulter(break_code(), Partner::Space::Own, endpoint);
    faulter.start();
    Message fault = endpoint.recv(reply.cptr());
    const std::uint64_t begin = read_cycle();
    for (std::uint64_t i = 0; i < kRounds; i++)
        fault = endpoint.reply_recv(reply.cptr(), {.tag = Tag(kFaultResume, 1), .words = {fault.words[0] + 4}});
    report("exception_reply", read_cycle() - begin, kRounds);
    faulter.stop();
}

}  // namespace

void measure_faults() {
    page_faults();
    exceptions();
}

}  // namespace glenda::bench
