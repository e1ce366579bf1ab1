// SPDX-License-Identifier: MIT
// Paints a picture on the screen, and ends after Return: `run paint [DRIVERS]`. Red grows to the right, green
// downwards, and blue is where both numbers are odd. With DRIVERS, it moves the picture by a pixel each time, until the
// screen has lost so many drivers.
#include "driver/process/client_session.h"
#include "glenda/devices.h"
#include "glenda/message.h"
#include "glenda/number.h"
#include "glenda/print.h"
#include "glenda/terminal.h"
#include "protocol/gpu.h"

using namespace glenda;
using namespace glenda::driver;

namespace {

constexpr unsigned kWidth = 320, kHeight = 200;
constexpr Endpoint kScreen(kClientEndpoint);

void paint(std::uint32_t* pixels, unsigned moved) {
    for (unsigned y = 0; y < kHeight; y++) {
        for (unsigned i = 0; i < kWidth; i++) {
            const unsigned x = (i + moved) % kWidth;
            pixels[y * kWidth + i] = x * 255 / kWidth << 16 | y << 8 | ((x & y & 1) != 0 ? 255 : 0);
        }
    }
}

Answer<void> print_size() {
    Received reply;
    TRY_VOID(transact(kScreen, MessageWriter(GpuMethod::Size), reply));
    MessageReader reader = reply.reader();
    const std::uint64_t width = reader.word(), height = reader.word();
    print("a screen of {} by {}\n", width, height);
    return {};
}

/// A driver that ends takes the picture from the screen, but the pixels stay here: the next one is told of them.
Answer<void> show(const ClientSession& session) {
    const auto request = MessageWriter(GpuMethod::Show).word(session.number()).word(kWidth).word(kHeight);
    for (;;) {
        const auto shown = transact(kScreen, request);
        const bool has_ended = !shown && shown.error() == Error::Deleted;
        if (!shown && !has_ended) return shown;
        if (shown && transact(kScreen, MessageWriter(GpuMethod::Flush))) return {};
    }
}

Answer<void> run(ClientSession& session, std::uint64_t drivers) {
    TRY_VOID(session.open("gpu", 0, kWidth * kHeight * sizeof(std::uint32_t) / kPageSize + 1));
    if (drivers == 0) TRY_VOID(print_size());
    for (unsigned moved = 0;; moved++) {
        TRY(device, devices::status(Endpoint(kClientUnicorn), unsigned(session.number() / kMaxSessions)));
        paint(reinterpret_cast<std::uint32_t*>(session.page(0)), moved);
        TRY_VOID(show(session));
        if (device.restarts < drivers) continue;
        if (drivers != 0) print("moved by {}, ", moved);
        print("painted\n");
        return {};
    }
}

}  // namespace

int main(int argc, char** argv) {
    const auto drivers = to_number(argc > 1 ? argv[1] : "0");
    if (!drivers || argc > 2) {
        print("usage: paint [DRIVERS]\n");
        return 2;
    }
    ClientSession session;
    if (const auto done = run(session, *drivers); !done) {
        print("paint: {}\n", done.error());
        return 1;
    }
    char typed[16];
    (void)terminal::read(typed);
    (void)session.close();
    return 0;
}
