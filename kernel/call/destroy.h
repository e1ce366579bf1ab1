// SPDX-License-Identifier: MIT
// The end of capabilities and objects.
//
// An object lives until its last capability is deleted. Nothing here recurses and every step is short: a CNode that
// dies does not delete its contents at once, but joins the graveyard, which is emptied slot by slot with preemption
// points in between. Until then its node stays in the derivation tree (in the CNode's own slot 0, as a Zombie), so that
// its Untyped does not take the memory back too early.
// Handout: reference/kernel-design.md, "Deleting".
#pragma once

#include "cap/slot.h"
#include "util/result.h"

namespace glenda {

/// Empty the slot; the object goes if this was its last capability. Error: kPreempted, then call again.
Result<void> delete_slot(Slot& slot);

/// Delete everything derived from the capability in `slot`. Error: kPreempted, then call again.
Result<void> revoke_slot(Slot& slot);

/// Take CNodes in the graveyard apart until none is left. Error: kPreempted, then call again.
Result<void> empty_graveyard();

}  // namespace glenda
