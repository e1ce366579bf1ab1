// SPDX-License-Identifier: MIT
// See heart.h.
#include "glenda/heart.h"

#include "glenda/environment.h"
#include "glenda/nineball.h"

namespace glenda {

using nineball::Pulse;

void Heart::start(const ReceiveSlots& scratch) {
    const Environment& e = environment();
    if (e.kind != StartKind::Process) return;
    const auto period = nineball::heartbeat(Pulse::Resting);
    if (!period || *period == 0) return;
    (void)e.tcb.bind(e.notification);  // if it is bound already, so much the better
    if (!scratch.node.mint(scratch.index, e.cnode, e.notification.cptr(), Rights::Write, kQuestion)) return;
    if (nineball::heartbeat(Pulse::Working, Notification(scratch.index))) half_period_ = *period / 2;
    (void)scratch.node.remove(scratch.index);
    if (half_period_ != 0) due_ = read_time() + half_period_;
}

void Heart::beat() {
    (void)nineball::heartbeat(Pulse::Working);
    due_ = read_time() + half_period_;
}

Badge Heart::answer(Badge bits) {
    if ((bits & kQuestion) == 0) return bits;
    (void)nineball::heartbeat(Pulse::Resting);
    due_ = 0;  // the next message
    return bits & ~kQuestion;
}

}  // namespace glenda
