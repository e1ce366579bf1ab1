// SPDX-License-Identifier: MIT
// Heartbeats: the loop of a server proves to 9Ball that it still runs.
//
//     server                     9Ball
//       | a message                |
//       |------- "I work" -------->|  gives it one period
//       | handles it               |
//       |------- "I rest" -------->|  waits no more
//       | replies                  |
//
// So nothing is sent, and no timer runs, while a server waits for messages. Who does not rest in time is killed. That
// is two short calls a message, which only services with `heartbeat` in init.toml make.
#pragma once

namespace glenda {

class Heart {
public:
    /// The loop begins. Asks 9Ball whether it wants heartbeats of this program.
    void start();
    /// Whether it does.
    bool beats() const { return beats_; }
    /// Before and after a message or signal is handled. Precondition: beats().
    void work();
    void rest();

private:
    bool beats_ = false;
};

}  // namespace glenda
