// SPDX-License-Identifier: MIT
// The driver process of a virtio network card: serves the class "net" by sessions (user/driver/session_page.h).
#include "driver/process/session_loop.h"
#include "net_driver.h"

using namespace glenda::driver;

int main() {
    DriverProcess process;
    static const DmaPool memory = process.pool();
    static NetDevice device(process.registers());
    start_or_end(device, process);
    static NetDriver driver(device, memory);
    serve_sessions(process, device, driver);
    return 0;
}
