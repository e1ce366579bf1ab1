// SPDX-License-Identifier: MIT
// K26: when one hart removes a mapping, its rights or a whole address space, no thread on any hart can use it any more.
#include "common/smp.h"

namespace glenda::ktest {

namespace {

constexpr std::uint64_t kMoment = 300;  // us: long enough to notice that a thread still runs
constexpr std::uint64_t kPage = kArea, kWindow = kArea + bit(kLargeFrameBits);

extern "C" const char smp_count[], smp_count_end[];
asm(R"(
    .text
    .option push
    .option norvc
smp_count:                  # counts up in *a0
    addi s1, s1, 1
    sd s1, 0(a0)
    j smp_count
smp_count_end:
    .option pop
)");

/// The next fault that somebody has. None if none comes in time, or somebody `goes_on` who should have one.
template <typename Condition>
Message next_fault(Endpoint handler, Reply reply, Condition goes_on) {
    Message fault{};
    EXPECT(soon([&] {
        fault = handler.nb_recv(reply.cptr());
        return !fault.tag.is_error() || goes_on();
    }));
    EXPECT(!goes_on());
    return fault;
}
Message next_fault(Endpoint handler, Reply reply) {
    return next_fault(handler, reply, [] { return false; });
}
void expect_vm_fault(const Message& fault, std::uint64_t address, Access access) {
    EXPECT_EQ(fault.tag.label(), FaultKind::Vm);
    EXPECT_EQ(fault.words[1], address);
    EXPECT_EQ(fault.words[2], access);
}

/// The test's view of a word that other harts count up.
struct Counted {
    volatile std::uint64_t& seen;
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

/// A frame mapped at kPage for the threads, and in the window for the test.
struct SharedPage : Counted {
    Frame frame = need(pool().frame()), copy = with_rights(frame, Rights::All);
    SharedPage() : Counted{word_at(kWindow)} {
        need(pool().map(frame, space(), kPage, MapFlags::ReadWrite));
        need(pool().map(copy, space(), kWindow, MapFlags::ReadWrite));
    }
};
struct Writer {
    void operator()() {
        auto& word = word_at(kPage);
        for (;;) word = word + 1;
    }
};
struct Reader {
    volatile std::uint64_t count = 0;
    void operator()() {
        for (;;) {
            (void)read_at(kPage);
            count = count + 1;
        }
    }
};

/// After Unmap, no thread can access the page.
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
        const std::uint64_t last_written = page.seen, last_read = reader.count;
        const auto goes_on = [&] { return page.seen != last_written || reader.count > last_read + 1; };
        for (const Reply& reply : replies) {
            const Message fault = next_fault(handler, reply, goes_on);
            if (has_failed()) return;
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

/// After Protect, writers fault and readers continue. Deleting the frame stops both.
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
        const std::uint64_t last_written = page.seen;
        const auto goes_on = [&] { return page.seen != last_written; };
        expect_vm_fault(next_fault(handler, reply, goes_on), kPage, Access::Write);
        if (has_failed()) return;
        const std::uint64_t read = reader.count;
        EXPECT(soon([&] { return reader.count > read + 10; }));
        EXPECT_OK(page.frame.protect(MapFlags::ReadWrite));
        EXPECT_OK(reply.send({.tag = Tag(kFaultResume, 0)}));
    }
    EXPECT(page.moves());
    EXPECT_OK(node().remove(page.frame.cptr()));
    EXPECT(page.rests());
    if (has_failed()) return;
    EXPECT_EQ(next_fault(handler, reply).words[1], kPage);
    EXPECT_EQ(next_fault(handler, other).words[1], kPage);
}

/// A thread in an address space of its own: code at kPage, then a page with a counter, which the window maps too.
struct Stranger : Counted {
    VSpace vspace = need(pool().vspace());
    Endpoint handler = need(pool().endpoint());
    Reply reply = need(pool().reply());
    Frame code = need(pool().frame()), data = need(pool().frame());
    Tcb tcb = need(pool().tcb());

    explicit Stranger(unsigned hart) : Counted{word_at(kWindow + kPageSize)} {
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
    if (has_failed()) return;
    const Message fault = next_fault(stranger.handler, stranger.reply);
    EXPECT_EQ(fault.tag.label(), FaultKind::Vm);
    EXPECT_EQ(fault.words[2], Access::Execute);
    EXPECT_OK(stranger.tcb.configure({.vspace = stranger.vspace}));  // it continues where it stopped
    EXPECT_OK(stranger.reply.send({.tag = Tag(kFaultResume, 0)}));
    EXPECT(stranger.moves());
    const VSpace empty = need(pool().vspace());
    EXPECT_OK(stranger.tcb.configure({.vspace = empty}));  // while it runs
    EXPECT(stranger.rests());
    EXPECT_EQ(next_fault(stranger.handler, stranger.reply).tag.label(), FaultKind::Vm);
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"smp_unmapping", checked<unmapping>},
                                      {"smp_protecting", checked<protecting>},
                                      {"smp_revoking_space", checked<revoking_space>},
                                      {"smp_revoking_space_in_use", checked<revoking_space_in_use>}};
    return run_cases(kCases);
}
