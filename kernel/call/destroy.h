// SPDX-License-Identifier: MIT
// The end of capabilities and objects.
//
// An object lives until its last capability is deleted. Nothing here recurses, and every step is short. A CNode that
// dies does not take its contents with it at once: it becomes a zombie, and is taken apart slot by slot with preemption
// points in between. Until then its node stays in the derivation tree (in the CNode's own slot 0), so that its Untyped
// does not take the memory back too early.
//
// Whoever makes a zombie reaps it before its call returns, if it can. A thread that has deleted itself in this way, or
// the capabilities by which it called, leaves that to others: whoever deletes, revokes or retypes next does it first,
// and so does a hart that has nothing else to do.
// Handout: reference/kernel-design.md, "Deleting".
#pragma once

#include "call/outcome.h"
#include "object/tcb.h"

namespace glenda {

/// The CNodes to take apart: a stack. Each zombie knows the one below it.
extern constinit Slot* zombies;

/// Empties the slot. The object goes too, if this was its last capability; a CNode becomes a zombie.
Progress delete_slot(Slot& slot);

/// Deletes everything derived from the capability in `slot`. CNodes that become zombies by that, and are not themselves
/// derived from it, are left to reap_zombies().
Progress revoke_slot(Slot& slot);

/// Takes zombies apart until none is left.
Progress reap_zombies();

}  // namespace glenda
