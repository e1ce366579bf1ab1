// SPDX-License-Identifier: MIT
// A client of greeter.cc: `greet NAME...` prints a greeting for each name, `greet --wait NAME...` once there is a
// greeter. It, or the service that started it, must have "greeting" in its `uses`.
#include "apps/greeting.h"
#include "glenda/environment.h"
#include "glenda/nineball.h"
#include "glenda/panic.h"
#include "glenda/print.h"
#include "glenda/process.h"
#include "glenda/slots.h"

using namespace glenda;

namespace {

constexpr Endpoint kGreeter(kSlotFirstFree);

Answer<FixedText<100>> greet(std::string_view name) {
    Received reply;
    TRY_VOID(transact(kGreeter, MessageWriter(GreetingMethod::Greet).text(name), reply));
    MessageReader reader = reply.reader();
    FixedText<100> greeting("{}", reader.text());
    CHECK(reader.ok(), ServerError::Broken);
    return greeting;
}

}  // namespace

int main(int argc, char** argv) {
    (void)nineball::ready();  // if it is a service
    const bool waits = argc > 1 && std::string_view(argv[1]) == "--wait";
    const auto found =
        process::request(kGreetingProtocol, kGreeter.cptr(), waits ? RequestFlags::Wait : RequestFlags::None);
    if (!found) panic("nobody who greets: {}", found.error());
    for (int i = waits ? 2 : 1; i < argc; i++) {
        const auto greeting = greet(argv[i]);
        if (!greeting) panic("not greeted: {}", greeting.error());
        print("{}\n", greeting->view());
    }
    if (const auto count = ask(kGreeter, GreetingMethod::Count); count) print("greet: greeting {}\n", count->words[0]);
    return 0;
}
