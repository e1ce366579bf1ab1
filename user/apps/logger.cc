// SPDX-License-Identifier: MIT
// Takes the log over and writes it to the kernel's console. As a service it needs `logger = true`, `console = true`.
#include "glenda/nineball.h"
#include "glenda/panic.h"
#include "glenda/print.h"

using namespace glenda;

int main() {
    (void)nineball::ready();  // if it is a service
    for (std::uint64_t offset = 0;;) {
        char buffer[nineball::kMaxLogBytes];
        const auto piece = nineball::take_log(offset, buffer);
        if (!piece) panic("cannot take the log: {}", piece.error());
        write_output({buffer, piece->size});
        offset = piece->next;
    }
}
