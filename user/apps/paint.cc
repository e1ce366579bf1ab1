// SPDX-License-Identifier: MIT
// Paints a picture on the screen, and ends after Return: `run paint`. Red grows to the right, green downwards, and blue
// is where both numbers are odd.
#include "driver/process/client_session.h"
#include "glenda/message.h"
#include "glenda/print.h"
#include "glenda/terminal.h"
#include "protocol/gpu.h"

using namespace glenda;
using namespace glenda::driver;

namespace {

constexpr unsigned kWidth = 320, kHeight = 200;

void paint(std::uint32_t* pixels) {
    for (unsigned y = 0; y < kHeight; y++) {
        for (unsigned x = 0; x < kWidth; x++)
            pixels[y * kWidth + x] = x * 255 / kWidth << 16 | y << 8 | ((x & y & 1) != 0 ? 255 : 0);
    }
}

Answer<void> show(ClientSession& session) {
    const Endpoint screen(kClientEndpoint);
    TRY_VOID(session.open("gpu", 0, kWidth * kHeight * sizeof(std::uint32_t) / kPageSize + 1));
    Received reply;
    TRY_VOID(transact(screen, MessageWriter(GpuMethod::Size), reply));
    MessageReader reader = reply.reader();
    const std::uint64_t width = reader.word(), height = reader.word();
    print("a screen of {} by {}\n", width, height);
    TRY_VOID(transact(screen, MessageWriter(GpuMethod::Show).word(session.number()).word(kWidth).word(kHeight)));
    paint(reinterpret_cast<std::uint32_t*>(session.page(0)));
    return transact(screen, MessageWriter(GpuMethod::Flush));
}

}  // namespace

int main() {
    ClientSession session;
    if (const auto shown = show(session); !shown) {
        print("paint: {}\n", shown.error());
        return 1;
    }
    print("painted\n");
    char typed[16];
    (void)terminal::read(typed);
    (void)session.close();
    return 0;
}
