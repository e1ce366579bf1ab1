// SPDX-License-Identifier: MIT
// See request.h.
#include "call/request.h"

namespace glenda {

Result<Slot*> Request::find(unsigned n, CapType type, Rights rights) const {
    Slot* found = find_slot(caller, word(n));
    CHECK(found != nullptr && !found->is_empty(), Error::InvalidCapability);
    CHECK(found->cap.type == type, Error::WrongType);
    CHECK(has(found->cap.rights, rights), Error::NoRights);
    return found;
}

}  // namespace glenda
