// SPDX-License-Identifier: MIT
// Lab 6: what the programs share that stand in for Unicorn, and give devices to a driver that they play themselves. All
// of the machine is real. `PROGRAM NAME NONCE CASE`.
#pragma once

#include "common/tag.h"
#include "glenda/environment.h"
#include "glenda/map_frame.h"
#include "glenda/nineball.h"
#include "glenda/print.h"
#include "glenda/process.h"
#include "unicorn/sessions.h"

namespace glenda::unicorn {

constexpr std::uint64_t kClock = 0x10'1000, kFirstVirtio = 0x1000'1000, kVirtioCount = 8;
constexpr unsigned kClockInterrupt = 11;
constexpr unsigned kOffset = 0x10;  // as if the clock's registers began there: its IRQ_ENABLED is register 0 then
/// What the driver has, in slots of this program.
enum DriverHas : CPtr {
    kRegisters = kFirstReply,
    kIrq,
    kThird,
    kBell,
    kPages,
    kHeld = kPages + 8,
    kHeldEnd = kHeld + 4
};
constexpr unsigned kDmaPages = 6, kOthers = 3;  // pages of the device, and of another one before

inline const char* running = "";

inline void check(bool holds, const char* text, int line, const char* source = __builtin_FILE()) {
    if (holds) return;
    print("FAIL {}: {}:{}: {}\n", running, source, line, text);
    (void)nineball::shutdown();
    exit(1);
}
#define EXPECT(condition) check(bool(condition), #condition, __LINE__)

template <typename T>
T need(Answer<T> answer, int line = __builtin_LINE(), const char* source = __builtin_FILE()) {
    check(bool(answer), "a step of the test", line, source);
    if constexpr (!std::is_void_v<T>) return *answer;
}

inline const CNode own(kSlotCNode);

inline CapType type_of(CPtr slot) {
    const auto seen = own.info(slot);
    return seen ? seen->type : CapType::Null;
}

inline const BootInfo& boot_info() {
    static const BootInfo* info = nullptr;
    if (info != nullptr) return *info;
    (void)own.copy(kScratch, CNode(kVault), kDeviceBootInfo);
    info = reinterpret_cast<const BootInfo*>(need(map_frame(Frame(kScratch), MapFlags::Read)));
    return *info;
}

/// Unicorn's books with one device, for which all is prepared.
struct World {
    World() : slots(boot_info()), vault(slots.empty), delegation(vault) { need(delegation.prepare()); }
    void prepare(std::uint64_t base, unsigned interrupt, bool is_virtio) {
        machine.registers = {.base = base, .shift = 2, .width = 4};
        machine.interrupt = interrupt;
        machine.is_usable = true;
        machine.is_virtio = is_virtio;
        config.dma_pages = kDmaPages;
        EXPECT(delegation.pages().take(kOthers));
        device.machine = &machine;
        device.driver = &config;
        device.registers = need(vault.cut_registers(machine.page(), slots.untyped));
        if (is_virtio) need(delegation.map_registers(device));
        need(delegation.prepare(device));
    }
    CNode::Info look(VaultSlot slot) { return need(Answer<CNode::Info>(*vault.node().info(slot))); }

    /// As the driver: takes what a part of the device brings to slots from `to` on. Returns how many capabilities.
    unsigned take(std::uint64_t part, CPtr to, std::uint64_t (&words)[5]) {
        const auto granted = delegation.grant(device, part);
        if (!granted) return 0;
        const Message message = granted->load();
        for (unsigned i = 0; i < 5; i++) words[i] = i < kRegisterWords ? message.words[i] : utcb()->words[i];
        CPtr caps[kMaxMessageCaps];
        for (unsigned i = 0; i < message.tag.caps(); i++) caps[i] = utcb()->send_caps[i];
        for (unsigned i = 0; i < message.tag.caps(); i++) {
            (void)own.remove(to + i);
            check(bool(own.copy(to + i, own, caps[i])), "a capability of the reply can be copied", __LINE__);
        }
        return message.tag.caps();
    }
    void take_all() {
        std::uint64_t words[5];
        EXPECT(take(0, kRegisters, words) >= 2);
        EXPECT(take(1, kPages, words) == 4);
        EXPECT(take(2, kPages + 4, words) == 2);
    }

    DeviceSlots slots;
    Vault vault;
    Delegation delegation;
    MachineDevice machine{};
    DriverConfig config{};
    Device device{};
};

struct Case {
    std::string_view name;
    void (*run)();
};
inline int run_case(int argc, char** argv, std::span<const Case> cases) {
    if (argc != 4) return 2;
    for (const Case& each : cases) {
        if (each.name != argv[3]) continue;
        running = argv[3];
        each.run();
        print("ok {} {:016x}\n", each.name, ktest::tag_of(argv[2], each.name));
    }
    (void)nineball::shutdown();
    return 0;
}

}  // namespace glenda::unicorn
