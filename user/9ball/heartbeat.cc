// SPDX-License-Identifier: MIT
// The part of supervisor.h that notices services whose loop no longer runs, although they have not ended. It watches a
// service while that works; glenda/heart.h shows who says what, heart_watch.h when it is too long. 9Ball has a higher
// priority than all services, so none that loops can keep it from looking.
#include "glenda/time.h"
#include "report.h"
#include "supervisor.h"

namespace glenda::nineball {

/// From now on it has one period to rest.
void Supervisor::watch(Service& service) {
    const std::uint64_t period = service.config->heartbeat_ms * timebase_ / 1000;
    if (period != 0 && service.state == ServiceState::Up)
        service.heart.works(read_time(), period);
    else
        service.heart.rests();
}

std::uint64_t Supervisor::heard(Service& service, Pulse pulse) {
    if (pulse == Pulse::Working)
        watch(service);
    else
        service.heart.rests();
    arm_timer();
    return service.config->heartbeat_ms * timebase_ / 1000;
}

void Supervisor::check_heart(Service& service, std::uint64_t now) {
    const bool hangs = service.heart.look(now);
    if (!hangs) return;
    say("{}: no heartbeat for {} ms; killed", service.name(), service.config->heartbeat_ms);
    kill(service);
}

}  // namespace glenda::nineball
