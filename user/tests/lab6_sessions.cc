// SPDX-License-Identifier: MIT
// Lab 6, exercise 6.8: what is left of a device's sessions when its driver has ended.
#include "lab6_unicorn.h"

namespace glenda::unicorn {

namespace {

/// A driver ends that has kept its copies of three sessions' pages: one is open, one closing, one free by now.
void forgotten() {
    using State = DeviceSession::State;
    World world;
    world.prepare(kClock + kOffset, kClockInterrupt, false);
    world.config.session = SessionKind::Ring;
    Sessions sessions({&world.device, 1}, world.delegation, world.vault);
    need(sessions.prepare(world.device));
    const unsigned free = world.delegation.pages().free();
    DeviceSession* const all = world.device.sessions;
    for (unsigned i = 0; i < 3; i++) {
        EXPECT(own.copy(kHeld + i, world.vault.node(), all[i].to_driver));
        EXPECT(own.copy(kPages + i, world.vault.node(), all[i].to_client));
    }
    all[0].state = State::Open;
    all[1].state = State::Closing;
    all[0].data = *world.delegation.pages().take(2);
    all[1].data = *world.delegation.pages().take(3);
    sessions.driver_ended(world.device);
    for (unsigned i = 0; i < 3; i++) EXPECT(type_of(kHeld + i) == CapType::Null);
    EXPECT(type_of(kPages) == CapType::Frame && type_of(kPages + 1) == CapType::Null);
    EXPECT(all[0].state == State::Open && all[0].is_news);
    EXPECT(all[1].state == State::Free && !all[1].is_news);
    EXPECT(all[2].state == State::Free && !all[2].is_news);
    EXPECT(world.delegation.pages().free() + 2 == free);  // the open one's data

    all[0].state = State::Free;  // and when nobody has a session any more
    EXPECT(own.copy(kHeld, world.vault.node(), all[0].to_driver));
    sessions.driver_ended(world.device);
    EXPECT(type_of(kHeld) == CapType::Null);
}

}  // namespace

}  // namespace glenda::unicorn

int main(int argc, char** argv) {
    using namespace glenda::unicorn;
    constexpr Case kCases[] = {{"forgotten", forgotten}};
    return run_case(argc, argv, kCases);
}
