// SPDX-License-Identifier: MIT
// Factotum, the process and memory manager: it takes over the memory that 9Ball delegates, then serves requests
// forever.
#include "factotum.h"
#include "glenda/panic.h"
#include "memory_start.h"

using namespace glenda;

namespace {

constexpr unsigned kReplyObjects = ReplyPool::kMax;

/// These are too large for the stack, and are never destroyed.
alignas(factotum::MemoryStart) std::byte start_place[sizeof(factotum::MemoryStart)];
alignas(factotum::Memory) std::byte memory_place[sizeof(factotum::Memory)];
alignas(factotum::Factotum) std::byte factotum_place[sizeof(factotum::Factotum)];
constinit ReplyPool replies;

/// Makes the Reply objects, one per waiting client, and the slots for received capabilities.
Result<ReceiveSlots> prepare_server(factotum::Reserve& reserve) {
    for (unsigned i = 0; i < kReplyObjects; i++) {
        TRY(reply, reserve.make(CapType::Reply));
        replies.add(Reply(reply));
    }
    TRY(first, reserve.slots(kMaxMessageCaps));
    return ReceiveSlots{reserve.node(), first, kMaxMessageCaps};
}

void report(const factotum::MemoryStart& start, const factotum::Memory& memory) {
    print("factotum: {} MiB in {} pages, {} KiB for tables\n", memory.total_pages() * kPageSize / kMiB,
          memory.total_pages(), start.reserved_bytes() / kKiB);
    const factotum::SlotMap& slots = start.slots();
    if (slots.usable_chunks() < slots.chunk_count())
        print("factotum: {} MiB of them can be in use at once: there are slots for no more\n",
              slots.usable_pages() * kPageSize / kMiB);
    const factotum::Takeover& takeover = start.takeover();
    if (takeover.left_out_count != 0)
        print("factotum: {} MiB in {} Untypeds are left out: there is no room for their tables\n",
              takeover.left_out / kMiB, takeover.left_out_count);
}

}  // namespace

int main() {
    const auto& info = *reinterpret_cast<const FactotumInfo*>(kFactotumInfo);
    if (info.magic != kFactotumInfoMagic) panic("9Ball's information page is damaged");

    factotum::Reserve reserve(info.empty);
    auto& start = *new (start_place) factotum::MemoryStart(reserve);
    if (const auto started = start.run(info); !started)
        panic("cannot take over {} Untypeds: {}", info.untyped_count, started.error());
    factotum::Kernel kernel(reserve);
    auto& memory =
        *new (memory_place) factotum::Memory(kernel, start.slots(), reinterpret_cast<std::byte*>(factotum::kBooks),
                                             reinterpret_cast<std::byte*>(factotum::kWindow));
    const auto slots = prepare_server(reserve);
    if (!slots) panic("no memory for Reply objects: {}", slots.error());

    auto& server = *new (factotum_place) factotum::Factotum(memory, info, start.reserved_bytes());
    report(start, memory);
    Server(Endpoint(kFactotumEndpoint), replies, *slots).run(server);
}
