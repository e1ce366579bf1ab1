// SPDX-License-Identifier: MIT
// The driver process of the 16550 UART: serves the class "serial" (protocol/serial.h).
#include "driver.h"
#include "driver/process/driver_process.h"

using namespace glenda;

namespace {

constexpr unsigned kReplies = 18;  // a reader, writers, and one for the next caller

constexpr CPtr kJob = driver::kDriverFirstFree;  // the capability for the programs of the newest job

Reply reply_places[kReplies];
constinit ReplyPool replies(reply_places);

}  // namespace

int main() {
    driver::DriverProcess process;
    const DeviceInfo& info = process.info();
    uart::Ns16550 device(uart::Registers(process.address(), {unsigned(info.shift), unsigned(info.width)}));
    device.start();
    const auto memory = process.pool().take(sizeof(uart::Kept));
    if (!memory) panic("drivers.toml gives the serial line too few pages");
    auto& kept = memory->at<uart::Kept>(0);
    static uart::Driver driver(device, process.irq(), Endpoint(kDriverEndpoint),
                               {.interrupt = driver::kDriverKept, .job = kJob}, kept);
    driver.start(process.has_kept());
    process.serve(driver, replies, kReplies);
}
