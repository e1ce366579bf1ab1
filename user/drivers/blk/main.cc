// SPDX-License-Identifier: MIT
// The driver process of a virtio disk: serves the class "block" by sessions (user/driver/session_page.h).
//
// Everything that it must not forget is in the sessions and on the disk, so it may end at any time.
#include "block_driver.h"
#include "driver/process/session_taker.h"

using namespace glenda;
using namespace glenda::driver;

namespace {

void take_news(BlockDriver& driver, SessionTaker& taker) {
    while (const auto news = taker.next()) {
        if (news->state == SessionState::Closing)
            driver.close(news->number);
        else
            driver.open(news->number, Session(*reinterpret_cast<SessionPage*>(news->control), {&news->data, 1}));
    }
}

/// Works until there is nothing to do.
void work(BlockDriver& driver, SessionTaker& taker, const BlockDevice& device) {
    do {
        driver.complete();
        while (const auto closed = driver.take_closed()) taker.drop(*closed);
        driver.submit();
        taker.signal(driver.owed_signals());
        if (const char* failure = device.failure()) panic("{}", failure);
    } while (!driver.may_wait());
}

}  // namespace

int main() {
    DriverProcess process;
    static BlockDevice device(process.registers());
    if (const auto started = device.start(process.pool()); !started) panic("{}", name_of(started.error()));
    static BlockDriver driver(device);
    SessionTaker taker;
    process.ready();
    for (Badge news = kBellSession;;) {
        if ((news & kBellStop) != 0) return 0;
        if ((news & kBellSession) != 0) take_news(driver, taker);
        if ((news & kBellInterrupt) != 0) {
            device.take_interrupt();
            (void)process.irq().ack();
        }
        work(driver, taker, device);
        const auto rung = process.bell().wait();
        if (!rung) panic("the bell does not ring: {}", rung.error());
        news = *rung;
    }
}
