// SPDX-License-Identifier: MIT
// See panic.h.
#include "glenda/panic.h"

#include "glenda/environment.h"
#include "glenda/heap.h"

namespace glenda {

std::string_view program_name() {
    const auto arguments = environment().arguments;
    if (arguments.empty()) return "program";
    std::string_view name(arguments[0]);
    for (std::size_t i = name.size(); i != 0; i--) {
        if (name[i - 1] == '/') {
            name.remove_prefix(i);
            break;
        }
    }
    return name;
}

void stop_after_panic() { exit(kPanicStatus); }

void assertion_failed(const char* condition, const char* file, int line) {
    panic("{}:{}: this does not hold: {}", file, line, condition);
}

void heap_corrupted(const char* what) { panic("heap: {}", what); }

}  // namespace glenda
