// SPDX-License-Identifier: MIT
// Repeats what is typed, line by line, until ^D.
#include <string_view>

#include "glenda/print.h"
#include "glenda/terminal.h"

int main() {
    constexpr char kEndOfFile = 0x04;
    for (char line[128];;) {
        const auto size = glenda::terminal::read(line);
        if (!size) {
            glenda::print("repeat: {}\n", size.error());
            return 1;
        }
        if (line[0] == kEndOfFile) return 0;
        glenda::print("{}{}", std::string_view(line, *size), line[*size - 1] == '\r' ? "\n" : "");
    }
}
