// SPDX-License-Identifier: MIT
// See places.h.
#include "places.h"

#include <sstream>

namespace glenda::test {

namespace {

#define FIELD(type, field) \
    { offsetof(type, field), #field }

const std::vector<Field> kTcbFields = {
    {0, "pc"},
    FIELD(Tcb, registers.x),
    FIELD(Tcb, hart),
    FIELD(Tcb, satp),
    FIELD(Tcb, utcb),
    FIELD(Tcb, utcb_address),
    {offsetof(Tcb, state), "state, priority, max_priority, is_queued, slice"},
    {offsetof(Tcb, run_time), "run_time"},
    {offsetof(Tcb, turn_end), "turn_end"},
    FIELD(Tcb, links),
    FIELD(Tcb, slots),
    FIELD(Tcb, slot_count),
    FIELD(Tcb, pending),
    FIELD(Tcb, fault),
    FIELD(Tcb, endpoint),
    FIELD(Tcb, notification),
    FIELD(Tcb, reply),
    FIELD(Tcb, name),
    FIELD(Tcb, fpu),
    FIELD(Tcb, cspace),
    FIELD(Tcb, vspace),
    FIELD(Tcb, utcb_frame),
    FIELD(Tcb, fault_handler),
    FIELD(Tcb, bound_notification),
};
const std::vector<Field> kHartFields = {
    FIELD(Hart, index),     FIELD(Hart, hardware), FIELD(Hart, current), FIELD(Hart, fpu_owner), FIELD(Hart, satp),
    FIELD(Hart, next_tick), FIELD(Hart, counters), FIELD(Hart, ready),   FIELD(Hart, request),   FIELD(Hart, idle),
};
const std::vector<Field> kEndpointFields = {FIELD(Endpoint, queue), FIELD(Endpoint, waiting)};
const std::vector<Field> kNotificationFields = {FIELD(Notification, waiters), FIELD(Notification, flags),
                                                FIELD(Notification, bound)};
const std::vector<Field> kReplyFields = {FIELD(Reply, caller), FIELD(Reply, receiver), FIELD(Reply, can_grant)};
const std::vector<Field> kSlotFields = {FIELD(Slot, cap), FIELD(Slot, next), FIELD(Slot, previous),
                                        FIELD(Slot, first_child), FIELD(Slot, last_child)};

#undef FIELD

}  // namespace

void Places::add(std::string name, const void* begin, std::size_t size, const std::vector<Field>& fields) {
    places_.push_back({std::move(name), reinterpret_cast<std::uintptr_t>(begin), size, &fields});
}
void Places::add(std::string name, const Tcb& tcb) { add(std::move(name), &tcb, sizeof tcb, kTcbFields); }
void Places::add(std::string name, const Hart& hart) {
    add(name, &hart, sizeof hart, kHartFields);
    add(name + ", idle", hart.idle);
}
void Places::add(std::string name, const Endpoint& endpoint) {
    add(std::move(name), &endpoint, sizeof endpoint, kEndpointFields);
}
void Places::add(std::string name, const Notification& notification) {
    add(std::move(name), &notification, sizeof notification, kNotificationFields);
}
void Places::add(std::string name, const Reply& reply) { add(std::move(name), &reply, sizeof reply, kReplyFields); }
void Places::add(std::string name, const Slot* slots, std::size_t count) {
    for (std::size_t i = 0; i < count; i++)
        add(name + " slot " + std::to_string(i), &slots[i], sizeof(Slot), kSlotFields);
}

std::string Places::name_of(const void* address) const {
    const auto at = reinterpret_cast<std::uintptr_t>(address);
    std::ostringstream name;
    for (auto place = places_.rbegin(); place != places_.rend(); ++place) {
        const std::uintptr_t offset = at - place->begin;
        if (offset >= place->size) continue;
        name << place->name;
        const Field* field = nullptr;
        for (const Field& candidate : *place->fields)
            if (candidate.offset <= offset) field = &candidate;
        if (field != nullptr)
            name << ", " << field->name << " + " << offset - field->offset;
        else
            name << " + " << offset;
        return name.str();
    }
    name << address;
    return name.str();
}

}  // namespace glenda::test
