// SPDX-License-Identifier: MIT
// Lab 4, exercise 4.4: stands in for Factotum, and looks at what 9Ball has given it. The archive's file `nonce` has the
// grader's word.
#include <algorithm>

#include "common/tag.h"
#include "format/cpio.h"
#include "glenda/environment.h"
#include "glenda/message.h"
#include "glenda/print.h"
#include "protocol/factotum.h"
#include "protocol/factotum_boot.h"
#include "util/bits.h"

namespace glenda {

namespace {

constexpr std::uint64_t kLargePage = std::uint64_t{1} << kLargeFrameBits;
constexpr std::uint64_t kWindow = 0x18'0000'0000;

const FactotumInfo& info() { return *reinterpret_cast<const FactotumInfo*>(kFactotumInfo); }
CNode node() { return environment().cnode; }
Bytes archive() { return {reinterpret_cast<const std::byte*>(info().initrd_address), info().initrd_size}; }

const char* running = "";

void check(bool holds, const char* text, int line) {
    if (holds) return;
    print("FAIL {}: user/tests/lab4_factotum.cc:{}: {}\n", running, line, text);
    exit(1);
}
#define EXPECT(condition) check(bool(condition), #condition, __LINE__)

std::string_view nonce() {
    const auto file = Cpio(archive()).find("nonce");
    return file ? as_text(file->data) : std::string_view();
}

bool has(CPtr slot, CapType type, Rights rights = Rights::All) {
    const auto seen = node().info(slot);
    return seen && seen->type == type && seen->rights == rights;
}

/// The capabilities that Factotum begins with.
void slots() {
    constexpr Rights kClient = Rights::Write | Rights::Grant;
    EXPECT(has(kSlotCNode, CapType::CNode));
    EXPECT(has(kSlotVSpace, CapType::VSpace));
    EXPECT(has(kSlotTcb, CapType::Tcb));
    EXPECT(has(kSlotUtcbFrame, CapType::Frame));
    EXPECT(has(kFactotumEndpoint, CapType::Endpoint));
    EXPECT(has(kFactotumNineball, CapType::Endpoint, kClient));
    EXPECT(has(kFactotumConsole, CapType::Console));
    EXPECT(has(kSlotReply, CapType::Reply));
    EXPECT(has(kSlotNotification, CapType::Notification));
    EXPECT(node().same(kSlotCNode, CNode(kSlotCNode), kSlotCNode));
    for (CPtr slot = info().empty.first; slot < info().empty.end; slot++)
        EXPECT(has(slot, CapType::Null, Rights::None));
}

/// The archive can be read, and only read, where 9Ball has it.
void initrd() {
    const SlotRange frames = info().initrd_frames;
    EXPECT(frames.end > frames.first);
    EXPECT((frames.end - frames.first) * kLargePage >= info().initrd_size);
    for (CPtr slot = frames.first; slot < frames.end; slot++) {
        EXPECT(has(slot, CapType::Frame, Rights::Read));
        const auto frame = Frame(slot).info();
        const std::uint64_t address = kRootInitrd + (slot - frames.first) * kLargePage;
        EXPECT(frame && frame->mapped_at == address);
        const auto mapping = environment().vspace.info(address);
        EXPECT(mapping && mapping->address == frame->address && mapping->flags == MapFlags::Read);
    }
    EXPECT(Cpio(archive()).find("bin/9ball"));
}

/// All memory but what the kernel and 9Ball have, each piece as it is described, and free.
void memory() {
    const FactotumInfo& all = info();
    EXPECT(all.untyped_count != 0 && all.untyped.end - all.untyped.first == all.untyped_count);
    std::uint64_t bytes = all.kernel_size + all.nineball_size, largest = 64;
    for (std::uint64_t i = 0; i < all.untyped_count; i++) {
        const UntypedDescription& piece = all.untypeds[i];
        const auto seen = Untyped(all.untyped.first + i).info();
        EXPECT(seen && !seen->is_device && seen->used == 0);
        EXPECT(seen->address == piece.address && seen->size_bits == piece.size_bits);
        EXPECT(piece.size_bits <= largest);
        largest = piece.size_bits;
        bytes += bit(piece.size_bits);
    }
    EXPECT(bytes == all.ram_size);
}

/// It is Factotum's own: frames can be made of it and mapped.
void memory_is_usable() {
    const Untyped piece(info().untyped.first);
    const CPtr slot = info().empty.first;
    EXPECT(piece.retype(CapType::PageTable, 0, node(), slot, 2));
    EXPECT(piece.retype(CapType::Frame, kFrameBits, node(), slot + 2));
    EXPECT(PageTable(slot).map(environment().vspace, kWindow));
    EXPECT(PageTable(slot + 1).map(environment().vspace, kWindow));
    EXPECT(Frame(slot + 2).map(environment().vspace, kWindow, MapFlags::ReadWrite));
    auto& word = *reinterpret_cast<volatile std::uint64_t*>(kWindow);
    EXPECT(word == 0);
    word = 1;
    EXPECT(word == 1);
}

/// 9Ball's first request arrives, and says whose it is.
void first_request() {
    const Message message = Endpoint(kFactotumEndpoint).recv(kSlotReply);
    EXPECT(!message.tag.is_error());
    EXPECT(message.badge == kNineballPid);
    EXPECT(FactotumMethod(message.tag.label()) == FactotumMethod::SetExitNotification);
}

struct Case {
    const char* name;
    void (*run)();
};
constexpr Case kCases[] = {{"slots", slots},
                           {"initrd", initrd},
                           {"memory", memory},
                           {"memory_is_usable", memory_is_usable},
                           {"first_request", first_request}};

}  // namespace

}  // namespace glenda

int main() {
    using namespace glenda;
    for (const Case& each : kCases) {
        running = each.name;
        each.run();
        print("ok {} {:016x}\n", running, ktest::tag_of(nonce(), running));
    }
    return 0;
}
