// SPDX-License-Identifier: MIT
// Factotum, the process and memory manager: it takes over the memory that 9Ball delegates, then serves requests
// forever.
#include "factotum.h"
#include "glenda/panic.h"
#include "memory_start.h"

using namespace glenda;

namespace {

/// These are too large for the stack, and are never destroyed.
alignas(factotum::MemoryStart) std::byte start_place[sizeof(factotum::MemoryStart)];
alignas(factotum::Memory) std::byte memory_place[sizeof(factotum::Memory)];
alignas(factotum::Factotum) std::byte factotum_place[sizeof(factotum::Factotum)];

/// Makes the slots for received capabilities.
Result<ReceiveSlots> prepare_server(factotum::Reserve& reserve) {
    TRY(first, reserve.slots(kMaxMessageCaps));
    return ReceiveSlots{reserve.node(), first, kMaxMessageCaps};
}

/// The pool for as many Reply objects as there can be threads, and one more.
ReplyPool make_pool(factotum::Memory& memory) {
    factotum::OwnArea area(memory, factotum::kReplies);
    const std::uint64_t count = memory.slots().thread_count() + 1;
    Reply* const places = area.append<Reply>(count);
    if (places == nullptr) panic("no memory for {} Reply objects", count);
    return ReplyPool({places, count});
}

/// The timer for threads that sleep. Its signals wake Factotum while it waits for requests.
Result<Timer> make_timer(factotum::Reserve& reserve) {
    TRY(notification, reserve.make(CapType::Notification));
    TRY(timer, reserve.make(CapType::Timer));
    TRY_VOID(Tcb(kSlotTcb).bind(Notification(notification)));
    TRY_VOID(Timer(timer).bind(Notification(notification)));
    return Timer(timer);
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
                                             reinterpret_cast<std::byte*>(factotum::kWindow), factotum::kSystemPages);
    const auto slots = prepare_server(reserve);
    if (!slots) panic("no slots to receive capabilities: {}", slots.error());

    const auto timer = make_timer(reserve);
    if (!timer) panic("cannot make a timer: {}", timer.error());
    const factotum::Clock clock(*timer, info.timebase);

    ReplyPool replies = make_pool(memory);
    auto& server = *new (factotum_place)
                       factotum::Factotum(memory, factotum::kTables, info, start.reserved_bytes(), replies, clock);
    report(start, memory);
    Server(Endpoint(kFactotumEndpoint), replies, *slots).run(server);
}
