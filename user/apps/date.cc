// SPDX-License-Identifier: MIT
// Prints date and time, UTC: `run date`, or `run date ns` for the nanoseconds since 1970.
#include "glenda/devices.h"
#include "glenda/print.h"
#include "glenda/slots.h"
#include "protocol/rtc.h"

using namespace glenda;

namespace {

constexpr CPtr kUnicorn = kSlotFirstFree, kClock = kSlotFirstFree + 1;
constexpr std::uint64_t kSecond = 1'000'000'000, kDay = 24 * 60 * 60;

Answer<std::uint64_t> ask_time() {
    TRY(unicorn, devices::find_unicorn(kUnicorn));
    TRY_VOID(devices::lookup(unicorn, "rtc", 0, kClock));
    Received reply;
    TRY_VOID(transact(Endpoint(kClock), MessageWriter(RtcMethod::Time), reply));
    return reply.reader().word();
}

struct Date {
    std::uint64_t year, month, day;
};

/// The date so many days after the beginning of 1970. Counted from a 1st of March, a leap day is the last of its year.
Date date_of(std::uint64_t days) {
    constexpr std::uint64_t kFourYears = 4 * 365 + 1, kCentury = 25 * kFourYears - 1, kEra = 4 * kCentury + 1;
    const std::uint64_t since = days + 719'468;  // days since the 1st of March of the year 0
    const std::uint64_t in_era = since % kEra;
    const std::uint64_t year = (in_era - in_era / (kFourYears - 1) + in_era / kCentury - in_era / (kEra - 1)) / 365;
    const std::uint64_t in_year = in_era - (365 * year + year / 4 - year / 100);
    const std::uint64_t month = (5 * in_year + 2) / 153;  // 0: March
    const std::uint64_t day = in_year - (153 * month + 2) / 5 + 1;
    return {since / kEra * 400 + year + (month >= 10 ? 1 : 0), month < 10 ? month + 3 : month - 9, day};
}

}  // namespace

int main(int argc, char**) {
    const auto time = ask_time();
    if (!time) {
        print("date: {}\n", time.error());
        return 1;
    }
    if (argc > 1) {
        print("{}\n", *time);
        return 0;
    }
    const std::uint64_t seconds = *time / kSecond % kDay;
    const Date date = date_of(*time / kSecond / kDay);
    print("{}-{:>02}-{:>02} {:>02}:{:>02}:{:>02} UTC\n", date.year, date.month, date.day, seconds / 3600,
          seconds / 60 % 60, seconds % 60);
    return 0;
}
