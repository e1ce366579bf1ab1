// SPDX-License-Identifier: MIT
// Lab 5, exercise 5.6: what a program gets when it asks Factotum for a service, and when it is refused. Run as
// `lab5_caps serve NAME BADGE` it is a service: it tells the badge of each request, and ends when it is asked to.
#include "glenda/number.h"
#include "glenda/server.h"
#include "glenda/slots.h"
#include "glenda/thread.h"
#include "lab5_case.h"

namespace glenda::lab5 {

namespace {

// Protocols of services. The test has been granted the first four.
constexpr std::uint64_t kVault = 0x2900, kMarked = 0x2a00, kBrief = 0x2b00, kLate = 0x2c00;
constexpr std::uint64_t kClosed = 0x2d00, kNever = 0x2e00;  // one that is there, one that is not
constexpr std::uint64_t kMark = 77;                         // the badge that `marked` has chosen
constexpr std::uint64_t kWho = 1, kEnd = 2;                 // what one may ask them
enum OwnSlot : CPtr { kEndpoint = kSlotFirstFree, kOffered, kFound, kReceived };

std::string_view request(std::uint64_t protocol, RequestFlags flags = RequestFlags::None) {
    return outcome(process::request(protocol, kFound, flags));
}
/// The same for a thread that says that it is another.
std::string_view request_as(std::uint64_t tid, std::uint64_t protocol, RequestFlags flags) {
    return outcome(ask(environment().factotum, FactotumMethod::RequestCap, protocol, flags, tid));
}
void forget() { EXPECT(environment().cnode.remove(kFound).has_value()); }
/// The badge that the service sees.
std::uint64_t badge_there() { return NEED(ask(Endpoint(kFound), kWho)).words[0]; }

/// The copy has the client's badge, and is good for speaking and nothing else.
void to_speak() {
    EXPECT_EQ(request(kVault, RequestFlags::Wait), std::string_view("Ok"));
    const auto info = environment().cnode.info(kFound);
    EXPECT(info.has_value() && info->type == CapType::Endpoint);
    EXPECT_EQ(unsigned(info->rights), unsigned(Rights::Write | Rights::Grant));
    EXPECT_EQ(info->badge, NEED(process::get_pid()));
    EXPECT_EQ(badge_there(), NEED(process::get_pid()));
    forget();
}

/// A badge that the service has chosen is passed on.
void own_badge() {
    EXPECT_EQ(request(kMarked, RequestFlags::Wait), std::string_view("Ok"));
    EXPECT_EQ(badge_there(), kMark);
    const auto info = environment().cnode.info(kFound);
    EXPECT(info.has_value());
    EXPECT_EQ(unsigned(info->rights), unsigned(Rights::Write | Rights::Grant));
    forget();
}

std::int64_t end_at_once(void*) { return 0; }

/// Who may not have a service learns nothing about it. Who waits must be there.
void refusals() {
    EXPECT_EQ(request(kVault, RequestFlags::Wait), std::string_view("Ok"));
    forget();
    for (const auto flags : {RequestFlags::None, RequestFlags::Wait}) {
        for (const std::uint64_t protocol : {std::uint64_t{0}, kVault + 1, std::uint64_t{0x1'0000'0000}})
            EXPECT_EQ(request(protocol, flags), std::string_view("BadRequest"));
        EXPECT_EQ(request(kClosed, flags), std::string_view("PermissionDenied"));
        EXPECT_EQ(request(kNever, flags), std::string_view("PermissionDenied"));
    }
    EXPECT_EQ(request(kLate), std::string_view("NotFound"));
    EXPECT_EQ(request_as(1'000'000, kLate, RequestFlags::Wait), std::string_view("BadRequest"));
    auto thread = NEED(Thread::start(end_at_once, nullptr));
    (void)process::sleep(5);
    EXPECT_EQ(request_as(thread.number(), kLate, RequestFlags::Wait), std::string_view("BadRequest"));
    EXPECT_EQ(NEED(thread.join()), std::int64_t{0});
}

/// A service ends, is gone, and comes again. Who waits gets the new one.
void comes_again() {
    EXPECT_EQ(request(kBrief, RequestFlags::Wait), std::string_view("Ok"));
    (void)ask(Endpoint(kFound), kEnd);
    (void)process::sleep(5);
    (void)environment().cnode.remove(kFound);
    EXPECT_EQ(request(kBrief), std::string_view("Broken"));
    EXPECT_EQ(request(kBrief, RequestFlags::Wait), std::string_view("Ok"));
    EXPECT_EQ(badge_there(), NEED(process::get_pid()));
    forget();
}

/// An answer leaves nothing behind: Factotum has slots for some thousands of copies.
void many_times() {
    for (unsigned i = 0; i < 8000; i++) {
        EXPECT_EQ(request(kVault, RequestFlags::Wait), std::string_view("Ok"));
        forget();
    }
    EXPECT_EQ(NEED(process::audit()), std::uint64_t{0});
}

constexpr Case kCases[] = {{"to_speak", to_speak},
                           {"own_badge", own_badge},
                           {"refusals", refusals},
                           {"comes_again", comes_again},
                           {"many_times", many_times}};

struct Badges {
    Reaction handle(const Request& request) {
        if (request.label() == kEnd) exit(0);
        return Reaction::ok(request.badge);
    }
    void signalled(Badge) {}
};

/// `badge`: 0: the clients get theirs.
[[noreturn]] void serve(std::string_view name, Badge badge) {
    static Reply place[1];
    static constinit ReplyPool replies(place);
    replies.add(environment().reply);
    const CNode own = environment().cnode;
    NEED(process::create(CapType::Endpoint, kEndpoint));
    EXPECT(own.mint(kOffered, own, kEndpoint, Rights::Write | Rights::Grant, badge).has_value());
    NEED(nineball::register_name(name, Endpoint(badge == 0 ? kEndpoint : kOffered)));
    Badges badges;
    Server(Endpoint(kEndpoint), replies, {own, kReceived, 1}).run(badges);
}

}  // namespace

}  // namespace glenda::lab5

int main(int argc, char** argv) {
    using namespace glenda::lab5;
    if (argc == 4 && std::string_view(argv[1]) == "serve") serve(argv[2], glenda::to_number(argv[3]).value_or(0));
    run_cases(argc, argv, kCases);
}
