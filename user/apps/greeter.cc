// SPDX-License-Identifier: MIT
// A service, as small as one can be: it provides "greeting", `protocol = 48` (greeting.h). Replies are short, long, or
// deferred. `greeter hang N`: the N-th greeting never ends, as an example of a service that a heartbeat ends. N = 0: it
// hangs before it serves anybody.
#include "apps/greeting.h"
#include "glenda/environment.h"
#include "glenda/nineball.h"
#include "glenda/number.h"
#include "glenda/panic.h"
#include "glenda/process.h"
#include "glenda/server.h"
#include "glenda/slots.h"
#include "glenda/time.h"

using namespace glenda;

namespace {

enum OwnSlot : CPtr { kEndpoint = kSlotFirstFree, kSecondReply, kReceived };

[[noreturn]] void hang() {
    for (;;) spend_microsecond();
}

class Greeter {
public:
    explicit Greeter(std::uint64_t last) : last_(last) {}

    Reaction handle(Request& request) {
        switch (GreetingMethod(request.label())) {
            case GreetingMethod::Greet: return greet(request);
            case GreetingMethod::Count: return Reaction::ok(count_);
            case GreetingMethod::Next:
                if (waiting_ || !request.can_defer()) return ServerError::Busy;
                waiting_ = request.defer();
                return Reaction::later();
        }
        return ServerError::BadRequest;
    }
    void signalled(Badge) {}

private:
    Reaction greet(const Request& request) {
        MessageReader reader = request.reader();
        const std::string_view name = reader.text();
        if (!reader.ok() || name.size() > 80) return ServerError::BadRequest;
        if (++count_ == last_) hang();
        if (waiting_) waiting_.reply(short_message(0, count_));
        return MessageWriter(0).text(FixedText<100>("hello, {}", name));
    }

    std::uint64_t last_;
    std::uint64_t count_ = 0;
    ReplyHandle waiting_{};
};

Reply reply_places[2];
constinit ReplyPool replies(reply_places);

Answer<void> prepare() {
    TRY_VOID(process::create(CapType::Endpoint, kEndpoint));
    TRY_VOID(process::create(CapType::Reply, kSecondReply));
    replies.add(environment().reply);
    replies.add(Reply(kSecondReply));
    return nineball::register_name("greeting", Endpoint(kEndpoint));
}

}  // namespace

int main(int argc, char** argv) {
    const bool hangs = argc == 3 && std::string_view(argv[1]) == "hang";
    const auto last = hangs ? to_number(argv[2]) : std::nullopt;
    if (const auto prepared = prepare(); !prepared) panic("cannot serve: {}", prepared.error());
    if (last == 0) hang();
    Greeter greeter(last.value_or(~std::uint64_t{0}));
    Server(Endpoint(kEndpoint), replies, {environment().cnode, kReceived, 1}).run(greeter);
}
