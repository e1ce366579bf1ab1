// SPDX-License-Identifier: MIT
// The protocol of greeter.cc, which shows how a service is made, and greet.cc, its client.
#pragma once

#include <cstdint>

constexpr std::uint64_t kGreetingProtocol = 0x3000;

/// Labels of requests. Each comment: words of the request -> those of the reply.
enum class GreetingMethod : std::uint64_t {
    Greet = kGreetingProtocol + 1,  // text name -> text greeting
    Count,                          // -> the number of greetings so far
    Next,                           // -> the number of the next greeting, once there is one
};
