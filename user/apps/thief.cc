// SPDX-License-Identifier: MIT
// Tries to take the terminal from the shell and from other programs, without end: reads, makes jobs, takes ^C. Says so
// when it succeeds. `thief once` tries once, and tells all answers. `thief disk` wants to call the disk's driver.
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

/// A driver that has sessions answers no calls: so nobody gets its endpoint, and nobody can wait for ever.
void call_the_disk() {
    const auto unicorn = devices::find_unicorn(kSlotFirstFree);
    const auto found = unicorn ? devices::lookup(*unicorn, "block", 0, kSlotFirstFree + 1) : Refusal(unicorn.error());
    print("thief: look the disk up: {}\n", found ? "done" : name_of(found.error()));
    const auto answer = transact(Endpoint(kSlotFirstFree + 1), MessageWriter(std::uint64_t{0}));
    print("thief: call its driver: {}\n", answer ? "done" : name_of(answer.error()));
}

}  // namespace

int main(int argc, char** argv) {
    const bool once = argc > 1;
    if (once && argv[1] == std::string_view("disk")) {
        call_the_disk();
        return 0;
    }
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
