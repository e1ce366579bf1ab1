// SPDX-License-Identifier: MIT
// The driver process of a virtio 9P transport: serves the class "9p" by sessions (user/driver/session_page.h).
#include "driver/process/session_loop.h"
#include "p9_driver.h"

using namespace glenda::driver;

int main() {
    DriverProcess process;
    static P9Channel device(process.registers());
    start_or_end(device, process);
    static P9Driver driver(device);
    serve_sessions(process, device, driver);
    return 0;
}
