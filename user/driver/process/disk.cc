// SPDX-License-Identifier: MIT
// See disk.h.
#include "disk.h"

#include "driver/shared.h"

namespace glenda::driver {

Answer<void> Disk::open(unsigned index, unsigned pages) {
    TRY_VOID(session_.open("block", index, pages));
    requests_.emplace(control());
    while (epoch() == 0) TRY_VOID(Notification(kClientBell).wait());
    return {};
}

void Disk::kick() {
    if (requests_->owes_signal()) (void)Notification(kClientDriverBell).signal();
}

Answer<void> Disk::wait() {
    if (requests_->outstanding() != 0 && requests_->may_wait()) TRY_VOID(Notification(kClientBell).wait());
    return {};
}

std::uint64_t Disk::blocks() const { return shared::load(control().capacity); }
std::uint32_t Disk::epoch() const { return shared::acquire(control().epoch); }
bool Disk::is_read_only() const { return (shared::load(control().flags) & SessionPage::kReadOnly) != 0; }

}  // namespace glenda::driver
