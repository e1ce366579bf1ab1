// SPDX-License-Identifier: MIT
// Does nothing: ends at once or, with an argument, never. The smallest program that can be started.
#include "glenda/environment.h"

int main(int argc, char**) {
    while (argc > 1) (void)glenda::environment().notification.wait();
    return 0;
}
