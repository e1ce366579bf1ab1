// SPDX-License-Identifier: MIT
// See waiting_opens.h.
#include "waiting_opens.h"

#include <utility>

namespace glenda::unicorn {

bool WaitingOpens::add(Request& request, const OpenRequest& wanted) {
    if (count_ == kReplyCount || !request.can_defer()) return false;
    for (unsigned i = 0; i < count_; i++) {
        if (all_[i].wanted.household == wanted.household) return false;
    }
    all_[count_].caller = request.defer();
    all_[count_++].wanted = wanted;
    return true;
}

void WaitingOpens::retry(Sessions& sessions) {
    unsigned kept = 0;
    for (unsigned i = 0; i < count_; i++) {
        Waiting& waiting = all_[i];
        const auto opened = sessions.open(waiting.wanted);
        if (opened) {
            (void)waiting.caller.reply(*opened);
        } else if (opened.error() != ServerError::Busy) {
            (void)waiting.caller.reply(opened.error());
        } else {
            if (kept != i) {
                all_[kept].caller = std::move(waiting.caller);
                all_[kept].wanted = waiting.wanted;
            }
            kept++;
        }
    }
    count_ = kept;
}

}  // namespace glenda::unicorn
