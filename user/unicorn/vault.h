// SPDX-License-Identifier: MIT
// The CNode with all originals: Untypeds of devices, registers, interrupts, DMA memory, and the objects between drivers
// and clients. Nobody but Unicorn ever has an original, so whatever others have, `take_back` ends it.
//
// The kernel invokes only what is in a program's own CNode, which is small. So an original that is invoked, or sent, is
// copied out to a scratch slot, which is emptied before its next use.
#pragma once

#include "abi/boot_info.h"
#include "glenda/object.h"
#include "glenda/slots.h"
#include "protocol/errors.h"

namespace glenda::unicorn {

/// A slot of the vault. 0: none.
using VaultSlot = std::uint64_t;

/// Slots of Unicorn's own CNode.
enum OwnSlot : CPtr {
    kVault = kSlotPassed,
    kEndpoint = kSlotFirstFree,
    kTimer,
    kTimerNotification,  // the process's own notification, with badges
    kChildNotification,
    kStopNotification,
    kObjects,  // the Untyped that objects are made of
    kReceived,
    kScratch = kReceived + kMaxMessageCaps,
    kScratchEnd = kScratch + kMaxMessageCaps,
    kFirstReply = kScratchEnd,
    kReplyCount = kSlotEnd - kFirstReply,
};

class Vault {
public:
    /// `empty`: its free slots.
    explicit Vault(SlotRange empty) : empty_(empty) {}

    CNode node() const { return CNode(kVault); }

    /// Copies what is in `slot` to scratch slot number `i`, with its rights limited, and returns the copy.
    Answer<CPtr> lend(VaultSlot slot, unsigned i, Rights rights = Rights::All) const;
    /// The same for a Notification or Endpoint, with a badge.
    Answer<CPtr> lend_badged(VaultSlot slot, unsigned i, Rights rights, Badge badge) const;
    /// Ends whatever was derived from what is in `slot`, wherever it is.
    void take_back(VaultSlot slot) const { (void)node().revoke(slot); }

    /// The page of registers at a physical address. Pages are cut in ascending order.
    Answer<VaultSlot> cut_registers(std::uint64_t page, SlotRange device_untypeds);
    Answer<VaultSlot> claim(unsigned interrupt);
    /// A second original, so that what was lent of it can be taken back while the first one's copies stay.
    Answer<VaultSlot> copy_of(VaultSlot slot) { return copies_of(slot, 1); }
    /// The same for consecutive slots.
    Answer<VaultSlot> copies_of(VaultSlot first, unsigned count);
    /// A copy of a Notification or Endpoint, with a badge.
    Answer<VaultSlot> badged_copy_of(VaultSlot slot, Badge badge);
    /// A slot that stays empty for now.
    Answer<VaultSlot> reserve() { return slots(1); }
    /// An Endpoint or Notification.
    Answer<VaultSlot> make(CapType type);

    /// Cuts all frames of the pool, after a piece for objects. Returns the first one's slot.
    Answer<VaultSlot> cut_pool(unsigned pages);
    /// How many pages of the pool are for objects.
    static constexpr unsigned kObjectPages = 16;

private:
    Answer<VaultSlot> slots(unsigned count);
    Answer<CPtr> move_out(VaultSlot slot) const;

    SlotRange empty_;
};

}  // namespace glenda::unicorn
