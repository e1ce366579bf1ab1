// SPDX-License-Identifier: MIT
// See heart.h.
#include "glenda/heart.h"

#include "glenda/environment.h"
#include "glenda/nineball.h"

namespace glenda {

using nineball::Pulse;

/// A service is watched from the moment it is up. So it also says that it has come here.
void Heart::start() {
    if (environment().kind != StartKind::Process) return;
    const auto period = nineball::heartbeat(Pulse::Resting);
    beats_ = period && *period != 0;
}

void Heart::work() { (void)nineball::heartbeat(Pulse::Working); }
void Heart::rest() { (void)nineball::heartbeat(Pulse::Resting); }

}  // namespace glenda
