// SPDX-License-Identifier: MIT
// The end of capabilities and objects.
//
// An object lives until its last capability is deleted. Nothing here recurses and every step is short: a CNode that
// dies does not delete its contents at once, but joins the zombies, which is emptied slot by slot with preemption
// points in between. Until then its node stays in the derivation tree (in the CNode's own slot 0, as a Zombie), so that
// its Untyped does not take the memory back too early.
//
// The one who buries a CNode empties the zombies before its call returns, if it can. A thread that has thereby
// deleted itself, or the capabilities by which it called, leaves that to others: whoever deletes, revokes or retypes
// next does it first, and so does a hart that has nothing else to do.
// Handout: reference/kernel-design.md, "Deleting".
#pragma once

#include "object/tcb.h"
#include "util/result.h"

namespace glenda {

/// The CNodes to take apart: a stack of zombies, each of which knows the one below it.
extern constinit Slot* zombies;

/// Empty the slot; the object goes if this was its last capability. Error: kPreempted, then call again.
Result<void> delete_slot(Slot& slot);

/// Delete everything derived from the capability in `slot`. What else was buried by that is left in the zombies.
/// Error: kPreempted, then call again.
Result<void> revoke_slot(Slot& slot);

/// Take CNodes in the zombies apart until none is left. Error: kPreempted, then call again.
Result<void> reap_zombies();

/// The same, before a call of `caller` takes what dying CNodes may still hold: memory, an interrupt. The caller itself
/// may have been in the zombies, with all that it has looked up. Errors: kPreempted; InvalidCapability, then do
/// nothing more.
Result<void> reclaim(const Tcb& caller);

}  // namespace glenda
