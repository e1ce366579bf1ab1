// SPDX-License-Identifier: MIT
// The driver process of the clock: serves the class "rtc" (protocol/rtc.h). It has no need of interrupts.
#include "driver/process/driver_process.h"
#include "goldfish_rtc.h"
#include "protocol/rtc.h"

using namespace glenda;

namespace {

constexpr unsigned kReplies = 2;
Reply reply_places[kReplies];
constinit ReplyPool replies(reply_places);

struct Clock {
    driver::GoldfishRtc device;

    Reaction handle(const Request& request) const {
        if (RtcMethod(request.label()) != RtcMethod::Time) return ServerError::BadRequest;
        return MessageWriter(0).word(device.nanoseconds());
    }
    void signalled(Badge bits) const {
        if ((bits & kBellStop) != 0) glenda::exit(0);
    }
};

}  // namespace

int main() {
    driver::DriverProcess process;
    Clock clock{driver::GoldfishRtc(process.registers())};
    process.serve(clock, replies, kReplies);
}
