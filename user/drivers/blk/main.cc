// SPDX-License-Identifier: MIT
// The driver process of a virtio disk: serves the class "block" by sessions (user/driver/session_page.h).
#include "block_driver.h"
#include "driver/process/session_loop.h"

using namespace glenda::driver;

int main() {
    DriverProcess process;
    static BlockDevice device(process.registers());
    start_or_end(device, process);
    static BlockDriver driver(device);
    serve_sessions(process, device, driver);
    return 0;
}
