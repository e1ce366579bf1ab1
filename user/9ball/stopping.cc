// SPDX-License-Identifier: MIT
// The part of supervisor.h that stops services, in reverse order of needs: none loses what it works with. A service
// that has given 9Ball a notification is asked, and has the time that init.toml says; any other is killed.
#include "glenda/time.h"
#include "report.h"
#include "supervisor.h"

namespace glenda::nineball {

Supervisor::ServiceSet Supervisor::dependents(const Service& service) const {
    // lab 4.7a {
    ServiceSet all = ServiceSet{1} << index_of(service);
    for (ServiceSet before = 0; before != all;) {
        before = all;
        for (std::size_t i = 0; i < count_; i++) {
            for (unsigned need : services_[i].config->needed.all()) {
                if ((all >> need & 1) != 0) all |= ServiceSet{1} << i;
            }
        }
    }
    return all;
    // lab 4.7a }
}

bool Supervisor::takes_down(const Service& service, const Service& other) const {
    return (dependents(service) >> index_of(other) & 1) != 0;
}

void Supervisor::stop(const Service& service) {
    const ServiceSet all = dependents(service);
    for (std::size_t i = 0; i < count_; i++) {
        if ((all >> i & 1) != 0) services_[i].stop_wanted = true;
    }
    stop_ready();
}

void Supervisor::stop_all(PowerState then) {
    power_ = then;
    for (Service& service : std::span(services_).first(count_)) service.stop_wanted = true;
    stop_ready();
}

/// Whether a service runs that needs `service`.
bool Supervisor::is_needed(const Service& service) const {
    // lab 4.7b {
    for (const Service& other : services()) {
        if (other.pid == 0) continue;
        for (unsigned need : other.config->needed.all()) {
            if (&services_[need] == &service) return true;
        }
    }
    return false;
    // lab 4.7b }
}

void Supervisor::stop_ready() {
    // lab 4.7c {
    bool all_ended = true;
    for (Service& service : std::span(services_).first(count_)) {
        all_ended = all_ended && service.pid == 0;
        if (!service.stop_wanted || service.is_over() || service.state == ServiceState::Stopping) continue;
        if (service.pid == 0) {
            service.state = ServiceState::Stopped;
            service.due = 0;
        } else if (!is_needed(service)) {
            ask_to_stop(service);
        }
    }
    if (power_ && all_ended) enter_power_state(*power_);
    arm_timer();
    // lab 4.7c }
}

void Supervisor::ask_to_stop(Service& service) {
    service.state = ServiceState::Stopping;
    service.heart.rests();
    service.due = read_time() + service.config->stop_ms * timebase_ / 1000;
    if (service.stop_signal)
        (void)service.stop_signal.signal();
    else
        kill(service);
}

/// Without a slot the service is not told: killed without notice.
void Supervisor::keep(Notification& into, CNode node, std::uint64_t index) {
    drop(into);
    const Result<CPtr> slot = bootstrap_.slot();
    if (!slot) return;
    if (bootstrap_.node().move(*slot, node, index))
        into = Notification(*slot);
    else
        bootstrap_.give_back(*slot);
}

void Supervisor::drop(Notification& notification) {
    if (!notification) return;
    (void)bootstrap_.node().remove(notification.cptr());
    bootstrap_.give_back(notification.cptr());
    notification = {};
}

/// Gives the service, and all that it needs, another chance.
void Supervisor::revive(Service& service) {
    if (!service.is_over()) return;
    service.state = ServiceState::Waiting;
    service.stop_wanted = false;
    service.back_off.reset();
    service.failed_starts = 0;
    for (unsigned need : service.config->needed.all()) {
        if (!services_[need].is_up()) revive(services_[need]);
    }
}

Answer<void> Supervisor::start_again(Service& service) {
    CHECK(service.pid == 0, ServerError::Exists);
    CHECK(!power_, ServerError::Busy);
    if (service.state == ServiceState::BackingOff) {
        service.state = ServiceState::Waiting;
        service.due = 0;
    }
    revive(service);
    start_ready();
    return {};
}

}  // namespace glenda::nineball
