// SPDX-License-Identifier: MIT
// A service for tests, with good and bad times: `moody FROM TO LIFE`, in milliseconds. Before FROM, and from TO on,
// each since the machine was switched on, it fails at once. In between it is ready, lives for LIFE, and fails then.
#include "glenda/nineball.h"
#include "glenda/number.h"
#include "glenda/panic.h"
#include "glenda/process.h"
#include "glenda/time.h"

using namespace glenda;

namespace {

constexpr std::uint64_t kTicksPerMillisecond = 10'000;  // QEMU's virt machine counts 10 MHz

}  // namespace

int main(int argc, char** argv) {
    const auto number = [&](int i) { return i < argc ? to_number(argv[i]) : std::nullopt; };
    const auto from = number(1), to = number(2), life = number(3);
    if (!from || !to || !life) panic("usage: moody FROM TO LIFE");
    const std::uint64_t now = read_time() / kTicksPerMillisecond;
    if (now < *from || now >= *to) return 1;
    if (const auto ready = nineball::ready(); !ready) panic("cannot be ready: {}", ready.error());
    (void)process::sleep(*life);
    return 1;
}
