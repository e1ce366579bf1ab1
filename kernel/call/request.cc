// SPDX-License-Identifier: MIT
// Looking up what a method's words point to. See request.h.
//
// All methods look up in the same way and refuse with the same errors in the same order: nothing there, another type, a
// right is missing.
#include "call/request.h"

namespace glenda {

Result<Slot*> find_capability(const Tcb& caller, CPtr pointer, CapType type, Rights rights) {
    Slot* found = find_slot(caller, pointer);
    CHECK(found != nullptr && !found->is_empty(), Error::InvalidCapability);
    CHECK(found->cap.type == type, Error::WrongType);
    CHECK(found->cap.permits(type, rights), Error::NoRights);
    return found;
}

bool Request::can_be_made_again() const {
    return !slot.is_empty() && find_slot(caller.cspace.cap, caller.registers.a(0)) == &slot;
}

}  // namespace glenda
