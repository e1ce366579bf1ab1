// SPDX-License-Identifier: MIT
// Compares what each service holds with its manifest: least privilege. As a service it needs `power = true`.
//
// What a service may do and ask for (Grants), and what it was started with, must be there exactly: type, rights, size,
// badge. From kSlotFirstFree on it may put what it made, or asked for: objects to communicate with. Who was given the
// devices may also have what it took out of their CNode.
// `inspect hide` first hides a capability of its own there, to be found out.
#include "glenda/environment.h"
#include "glenda/nineball.h"
#include "glenda/print.h"
#include "glenda/process.h"
#include "glenda/slots.h"

using namespace glenda;

namespace {

bool is_own(CPtr slot, CapType type, bool has_devices) {
    switch (type) {
        case CapType::Untyped:
        case CapType::Frame:
        case CapType::IrqControl:
        case CapType::IrqHandler: return has_devices && slot >= kSlotFirstFree;
        case CapType::Endpoint: return slot == kSlotStdio || slot >= kSlotFirstFree;
        case CapType::Notification:
        case CapType::Reply:
        case CapType::Timer: return slot >= kSlotFirstFree;
        default: return false;
    }
}

using Slot = nineball::ManifestSlot;

bool is_same(const Slot& a, const Slot& b) {
    return a.type == b.type && a.rights == b.rights && a.size_bits == b.size_bits && a.badge == b.badge;
}

/// The badge of a Frame is where it is mapped, which does not matter.
Slot held(CPtr slot, const CNode::Info& info) {
    const std::uint64_t badge = info.type == CapType::Frame ? 0 : info.badge;
    return {std::uint8_t(slot), info.type, info.rights, std::uint8_t(info.size_bits), std::uint32_t(badge)};
}

FixedText<64> describe(const Slot& slot) {
    if (slot.type == CapType::Null) return FixedText<64>("nothing");
    return FixedText<64>("{} (rights {}, size {}, badge {})", slot.type, unsigned(slot.rights),
                         unsigned(slot.size_bits), slot.badge);
}

void walk(const nineball::ServiceManifest& service) {
    const std::string_view name(service.name);
    bool has_devices = false;
    for (const Slot& slot : std::span(service.slots).first(service.count))
        has_devices = has_devices || (slot.slot == kSlotPassed && slot.type == CapType::CNode);
    unsigned as_written = 0, own = 0, wrong = 0;
    const auto granted = process::inspect(service.pid, 0);
    if (!granted) return print("inspect: {}: {}\n", name, granted.error());
    if (Grants(granted->badge) != service.grants) wrong++;
    print("inspect: {}: may do {:#x}, as written {:#x}\n", name, granted->badge, std::uint64_t(service.grants));
    for (CPtr index = 1;; index++) {
        const auto found = process::inspect(service.pid, index);
        if (!found && found.error() == ServerError::NotFound) break;  // past the last slot
        if (!found) return print("inspect: {}: {}\n", name, found.error());
        Slot expected{};
        for (const Slot& slot : std::span(service.slots).first(service.count)) {
            if (slot.slot == index) expected = slot;
        }
        const Slot slot = held(index, *found);
        const bool is_extra = expected.type == CapType::Null && slot.type != CapType::Null;
        if (is_extra && is_own(index, slot.type, has_devices)) {
            own++;
        } else if (!is_same(slot, expected)) {
            wrong++;
            print("inspect: {}: slot {} has {}, not {}\n", name, index, describe(slot).view(),
                  describe(expected).view());
        } else if (!is_extra && expected.type != CapType::Null) {
            as_written++;
        }
    }
    print("inspect: {}: {} of {} slots as written, {} of its own, {} wrong\n", name, as_written, service.count, own,
          wrong);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 2 && std::string_view(argv[1]) == "hide")
        (void)environment().cnode.copy(kSlotFirstFree, environment().cnode, kSlotTcb);
    (void)nineball::ready();  // if it is a service
    for (unsigned i = 0;; i++) {
        const auto service = nineball::manifest(i);
        if (!service) break;
        if (service->pid != 0) walk(*service);
    }
    print("inspect: done\n");
    return 0;
}
