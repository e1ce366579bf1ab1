// SPDX-License-Identifier: MIT
// Tries to take the terminal from the shell and from other programs, without end: reads, makes jobs, takes ^C. Says so
// when it succeeds. `thief once` tries once, and tells all answers.
#include "glenda/devices.h"
#include "glenda/environment.h"
#include "glenda/print.h"
#include "glenda/process.h"
#include "glenda/slots.h"
#include "protocol/serial.h"

using namespace glenda;

namespace {

struct Attempt {
    const char* what;
    MessageWriter message;
};

/// Whether the server refused it.
bool is_refused(const Attempt& attempt, bool tells) {
    const auto answer = transact(environment().stdio, attempt.message);
    if (tells || answer)
        print("thief: {}: {}\n", std::string_view(attempt.what),
              std::string_view(answer ? "done" : name_of(answer.error())));
    return !answer;
}

/// Who has looked it up is a shell to the driver.
Answer<std::uint64_t> find_shells_terminal() {
    TRY(unicorn, devices::find_unicorn(kSlotFirstFree));
    return devices::lookup(unicorn, "serial", 0, kSlotFirstFree + 1);
}

}  // namespace

int main(int argc, char**) {
    const bool once = argc > 1;
    const auto found = find_shells_terminal();
    if (once || found) print("thief: look the terminal up: {}\n", found ? "done" : name_of(found.error()));
    const Attempt attempts[] = {
        {"read", MessageWriter(SerialMethod::Read).word(16)},
        {"make a job", MessageWriter(SerialMethod::NewJob)},
        {"be in the foreground", MessageWriter(SerialMethod::SetForeground).word(1).cap(kSlotNotification)},
        {"leave the shell in the foreground", MessageWriter(SerialMethod::SetForeground).word(0)},
    };
    do {
        for (const Attempt& attempt : attempts) {
            if (!is_refused(attempt, once)) return 1;
        }
        process::yield();
    } while (!once);
    return 0;
}
