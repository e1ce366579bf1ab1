// SPDX-License-Identifier: MIT
// Starts itself, for ever, and so do all that it starts.
#include "glenda/process.h"

int main() {
    for (;;) (void)glenda::process::spawn({.file = "bomb"});
}
