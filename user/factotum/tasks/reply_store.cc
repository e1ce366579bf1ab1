// SPDX-License-Identifier: MIT
// See reply_store.h.
#include "tasks/reply_store.h"

namespace glenda::factotum {

bool ReplyStore::reach(std::uint64_t count) {
    while (made_ < count) {
        const auto slot = memory_.heap().take();
        if (!slot) return false;
        auto made = page_ == kNoPage ? Result<void>(Failure(Error::NotEnoughMemory))
                                     : memory_.kernel().retype(memory_.slots().page(page_), CapType::Reply, 0, *slot);
        if (!made && made.error() == Error::NotEnoughMemory) {
            if (const auto page = memory_.take_own_untyped()) {
                page_ = *page;
                made = memory_.kernel().retype(memory_.slots().page(page_), CapType::Reply, 0, *slot);
            }
        }
        if (!made) {
            memory_.heap().give(*slot);
            return false;
        }
        memory_.record_of_slot(*slot).owner = SlotRecord::kFactotum;
        pool_.add(Reply(*slot));
        made_++;
    }
    return true;
}

}  // namespace glenda::factotum
