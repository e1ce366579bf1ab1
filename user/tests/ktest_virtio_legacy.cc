// SPDX-License-Identifier: MIT
// On a machine whose virtio devices speak version 1, the driver says so.
#include "drivers/rng/rng_device.h"
#include "virtio/virtio.h"

namespace glenda::ktest {

using namespace driver;

namespace {

void refused() {
    constexpr std::uint64_t kLastTransport = 0x1000'8000;
    const Mmio registers = map_registers(kLastTransport, 0);
    EXPECT(VirtioMmio(registers).probe() == std::unexpected(VirtioError::Legacy));
    DmaFrame dma;
    DmaPool pool(dma.memory);
    const auto started = RngDevice(registers).start(pool);
    EXPECT(!started && started.error() == VirtioError::Legacy);
    give_back_devices();
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"legacy_refused", refused}};
    return run_cases(kCases);
}
