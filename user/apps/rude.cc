// SPDX-License-Identifier: MIT
// Sends 9Ball requests that are wrong, and prints the answers.
#include "glenda/environment.h"
#include "glenda/nineball.h"
#include "glenda/print.h"
#include "glenda/slots.h"

using namespace glenda;
using nineball::Method;

namespace {

void ask(const char* what, const MessageWriter& request) {
    const auto answer = transact(environment().nineball, request);
    print("rude: {}: {}\n", std::string_view(what), std::string_view(answer ? "done" : name_of(answer.error())));
}

}  // namespace

int main() {
    ask("ready with an endpoint", MessageWriter(Method::Ready).cap(kSlotFactotum));
    ask("ready with a thread", MessageWriter(Method::Ready).cap(kSlotTcb));
    ask("start nothing", MessageWriter(Method::Start));
    ask("stop with a wild length", MessageWriter(Method::Stop).word(~std::uint64_t{0}).word(0));
    ask("stop without a name", MessageWriter(Method::Stop).text(""));
    ask("take nothing", MessageWriter(Method::LogTake));
    ask("take from far away", MessageWriter(Method::LogTake).word(~std::uint64_t{0}));
    ask("read from far away", MessageWriter(Method::LogRead).word(~std::uint64_t{0}));
    ask("method 99", MessageWriter(nineball::kProtocol + 99));
    return 0;
}
