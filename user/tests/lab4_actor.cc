// SPDX-License-Identifier: MIT
// Lab 4: a service that does what init.toml tells it: `lab4_actor NAME NONCE ACTION...`. Of each action it prints a
// line, signed with the grader's nonce, on the kernel's console:
//
//     work=MS        keeps the processor busy
//     sleep=MS       sleeps
//     ready          says that it is ready, and wants to be asked to stop
//     ready-at=N     the same in its Nth start, and nothing in the others
//     stop           waits until it is asked to stop
//     serve=WORD     registers that name, and answers everybody with the badge of the request, for ever
//     bare=WORD      asks to register that name without a capability
//     bell=WORD      the same with a Notification
//     nameless       asks to register an endpoint without a name
//     ask=N          waits for the service with that number (`protocol` in init.toml), and asks it
//     ask-now=N      the same without waiting
//     child=N        starts another actor, which is no service, that asks without waiting
//     halt=NAME      stops that service
//     state=NAME     looks at that service: its state, and how often it was started again
//     grants=NAME    looks at what that service may ask for
//     shutdown       switches the machine off
//     exit=N, crash  ends
//
// After the last action it sleeps for ever, unless it was asked to stop: then it ends.
#include <algorithm>

#include "common/tag.h"
#include "glenda/environment.h"
#include "glenda/nineball.h"
#include "glenda/number.h"
#include "glenda/print.h"
#include "glenda/process.h"
#include "glenda/server.h"
#include "glenda/slots.h"
#include "glenda/time.h"

namespace glenda {

namespace {

constexpr std::uint64_t kTicksPerMillisecond = 10'000;  // QEMU's virt machine counts 10 MHz
enum OwnSlot : CPtr { kEndpoint = kSlotFirstFree, kFound, kReceived };

std::string_view name, nonce;

/// One line that nobody else can have printed.
void note(std::string_view event) {
    const FixedText<120> text("{} {}", name, event);
    print("actor {} {:016x}\n", text.view(), ktest::tag_of(nonce, text.view()));
}

void note(std::string_view event, const Answer<void>& answer) {
    note(FixedText<80>("{} {}", event, answer ? std::string_view("Ok") : std::string_view(name_of(answer.error()))));
}

void work(std::uint64_t milliseconds) { stay_busy(milliseconds * kTicksPerMillisecond); }

/// Replies to each request with the badge that it came with.
struct Badges {
    Reaction handle(const Request& request) { return Reaction::ok(request.badge); }
    void signalled(Badge) {}
};

[[noreturn]] void serve(std::string_view provided) {
    static Reply place[1];
    static constinit ReplyPool replies(place);
    replies.add(environment().reply);
    if (!process::create(CapType::Endpoint, kEndpoint)) exit(3);
    note(FixedText<40>("serves {}", provided), nineball::register_name(provided, Endpoint(kEndpoint)));
    Badges badges;
    Server(Endpoint(kEndpoint), replies, {environment().cnode, kReceived, 1}).run(badges);
}

/// Requests to register that are not what they should be.
void register_wrongly(std::string_view verb, std::string_view provided) {
    if (!process::create(verb == "bell" ? CapType::Notification : CapType::Endpoint, kEndpoint)) exit(3);
    MessageWriter request(nineball::Method::Register);
    if (verb != "nameless") request.text(provided);
    if (verb != "bare") request.cap(kEndpoint);
    note(verb, transact(environment().nineball, request));
    (void)environment().cnode.remove(kEndpoint);
}

/// The service with that name, as 9Ball sees it, and its number.
struct Seen {
    unsigned number;
    nineball::ServiceStatus status;
};
Seen look_at(std::string_view service) {
    for (unsigned i = 0;; i++) {
        const auto status = nineball::status(i);
        if (!status) exit(4);
        if (service == status->name) return {i, *status};
    }
}

std::string_view name_of(nineball::ServiceState state) {
    switch (state) {
        case nineball::ServiceState::Waiting: return "Waiting";
        case nineball::ServiceState::Starting: return "Starting";
        case nineball::ServiceState::Up: return "Up";
        case nineball::ServiceState::BackingOff: return "BackingOff";
        case nineball::ServiceState::Stopped: return "Stopped";
        case nineball::ServiceState::Failed: return "Failed";
        case nineball::ServiceState::Stopping: return "Stopping";
        case nineball::ServiceState::Done: return "Done";
    }
    return "unknown";
}

void note_state(std::string_view service) {
    const nineball::ServiceStatus seen = look_at(service).status;
    note(FixedText<80>("sees {} {} {}", service, name_of(seen.state), seen.restarts));
}

void note_grants(std::string_view service) {
    const auto manifest = nineball::manifest(look_at(service).number);
    if (!manifest) exit(4);
    note(FixedText<80>("sees {} granted {:#x}", service, std::uint64_t(manifest->grants)));
}

void ask_for(std::uint64_t number, RequestFlags flags) {
    const FixedText<40> what("asks {}", number);
    if (const auto found = process::request(number * 0x100, kFound, flags); !found) return note(what, found);
    const auto badge = ask(Endpoint(kFound), std::uint64_t{1});
    const auto pid = process::get_pid();
    const bool is_right = badge && pid && pid_of_client(badge->words[0]) == *pid;
    note(FixedText<60>("{} as {}", what.view(), std::string_view(is_right ? "itself" : "somebody else")));
    (void)environment().cnode.remove(kFound);
}

void start_child(std::uint64_t number) {
    const FixedText<40> child("{}-child", name), action("ask-now={}", number);
    const std::string_view arguments[] = {child.view(), nonce, action.view(), "exit=0"};
    const CPtr console[] = {environment().console.cptr()};
    const auto ended = process::run(
        {.file = "bin/lab4_actor", .arguments = arguments, .caps = console, .slots = std::uint64_t{kSlotConsole}});
    if (!ended) note("has no child", Refusal(ended.error()));
}

void act(std::string_view action) {
    const std::size_t equals = std::min(action.find('='), action.size());
    const std::string_view verb(action.data(), equals);
    std::string_view value = action;
    value.remove_prefix(std::min(equals + 1, action.size()));
    const std::uint64_t number = to_number(value).value_or(0);
    if (verb == "serve") serve(value);
    if (verb == "ask") return ask_for(number, RequestFlags::Wait);
    if (verb == "ask-now") return ask_for(number, RequestFlags::None);
    if (verb == "child") return start_child(number);
    if (verb == "halt") return note(FixedText<40>("halts {}", value), nineball::stop(value));
    if (verb == "bare" || verb == "bell" || verb == "nameless") return register_wrongly(verb, value);
    if (verb == "state") return note_state(value);
    if (verb == "grants") return note_grants(value);
    if (verb == "ready-at" && look_at(name).status.restarts + 1 != number) return;
    if (verb == "stop") (void)environment().notification.wait();
    if (verb == "work") work(number);
    if (verb == "sleep") (void)process::sleep(number);
    note(verb);
    if (verb == "ready" || verb == "ready-at") (void)nineball::ready(environment().notification);
    if (verb == "shutdown") (void)nineball::shutdown();
    if (verb == "exit") exit(std::int64_t(number));
    if (verb == "crash") __builtin_trap();
}

}  // namespace

}  // namespace glenda

int main(int argc, char** argv) {
    using namespace glenda;
    if (argc < 3) return 2;
    name = argv[1];
    nonce = argv[2];
    note("starts");
    bool stops = false;
    for (int i = 3; i < argc; i++) {
        act(argv[i]);
        stops = stops || std::string_view(argv[i]) == "stop";
    }
    while (!stops) (void)environment().notification.wait();
    return 0;
}
