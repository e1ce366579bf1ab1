// SPDX-License-Identifier: MIT
// Names for what is in the world, so that a difference reads "thread 3, reply". See lab3_world.h.
#include <span>

#include "lab3_world.h"

namespace glenda::test {

namespace {

/// The fields of a structure, in the order of their offsets. What lies between two belongs to the first.
struct Field {
    const char* name;
    std::size_t offset;
};
constexpr Field kHart[] = {
    {"current", offsetof(Hart, current)}, {"running_since", offsetof(Hart, running_since)},
    {"satp", offsetof(Hart, satp)},       {"counters", offsetof(Hart, counters)},
    {"ready", offsetof(Hart, ready)},     {"idle", offsetof(Hart, idle)},
};
constexpr Field kTcb[] = {
    {"registers.pc", 0},
    {"registers.x", offsetof(Tcb, registers.x)},
    {"hart", offsetof(Tcb, hart)},
    {"state, priority, is_queued", offsetof(Tcb, state)},
    {"run_time", offsetof(Tcb, run_time)},
    {"turn_end", offsetof(Tcb, turn_end)},
    {"links", offsetof(Tcb, links)},
    {"slots", offsetof(Tcb, slots)},
    {"pending", offsetof(Tcb, pending)},
    {"fault", offsetof(Tcb, fault)},
    {"endpoint", offsetof(Tcb, endpoint)},
    {"notification", offsetof(Tcb, notification)},
    {"reply", offsetof(Tcb, reply)},
    {"name", offsetof(Tcb, name)},
};
constexpr Field kEndpointFields[] = {{"queue", 0}, {"waiting", offsetof(Endpoint, waiting)}};
constexpr Field kNotification[] = {{"waiters", 0}, {"flags", offsetof(Notification, flags)}};
constexpr Field kReplyFields[] = {
    {"caller", 0}, {"receiver", offsetof(Reply, receiver)}, {"can_grant", offsetof(Reply, can_grant)}};

/// An array of `count` objects of `size` bytes.
struct Part {
    const char* name;
    std::size_t begin, size, count;
    std::span<const Field> fields;
};
const Part kParts[] = {
    {"hart", offsetof(World, here), sizeof(Hart), 2, kHart},
    {"thread", offsetof(World, threads), sizeof(Tcb), kThreads, kTcb},
    {"the last thread", offsetof(World, last), sizeof(Tcb), 1, kTcb},
    {"UTCB", offsetof(World, utcbs), sizeof(Utcb), kThreads, {}},
    {"endpoint", offsetof(World, endpoints), sizeof(Endpoint), kEndpoints, kEndpointFields},
    {"notification", offsetof(World, bells), sizeof(Notification), kBells, kNotification},
    {"Reply", offsetof(World, replies), sizeof(Reply), kReplies, kReplyFields},
    {"original", offsetof(World, originals), sizeof(Slot), kFree, {}},
    {"CNode slot", offsetof(World, cnodes), sizeof(Slot), std::size_t{kThreads} * kSlots, {}},
};

}  // namespace

std::string name_of(const void* address) {
    if (address == nullptr) return "nobody";
    const std::size_t at = static_cast<const char*>(address) - reinterpret_cast<const char*>(&world);
    for (const Part& part : kParts) {
        const std::size_t offset = at - part.begin;
        if (at < part.begin || offset >= part.size * part.count) continue;
        std::string name = part.name;
        if (part.count > 1) name += " " + std::to_string(offset / part.size);
        const Field* field = nullptr;
        for (const Field& each : part.fields)
            if (each.offset <= offset % part.size) field = &each;
        if (offset % part.size != 0 && field == nullptr) return name + " + " + std::to_string(offset % part.size);
        return offset % part.size != 0 ? name + ", " + field->name : name;
    }
    return "the machine";
}

}  // namespace glenda::test
