// SPDX-License-Identifier: MIT
// The console: what is typed, and what programs print.
//
// Output goes the way of the kernel's own messages (debug/print.h). Input comes from the UART (National Semiconductor
// PC16550D, section 8), which interrupts for each character that arrives. Characters wait in a ring until somebody
// reads them; there is no echo and no editing, which are the reader's business.
#pragma once

#include <string_view>

#include "arch/page_table.h"
#include "boot/hardware.h"
#include "object/tcb.h"

namespace glenda {

/// What a process sleeps on until there is input.
inline constexpr const char* kConsoleChan = "console input";

/// Lets the UART interrupt. Without one, or without an interrupt, there is no input. Call it once, at boot.
void start_console(const Hardware& hardware);

/// The interrupt `number` came from a device. If that is the UART: takes the characters that it has received, and wakes
/// those who wait for them. What the ring has no room for is lost.
void console_interrupt(unsigned number);

/// The characters that have been typed and not been read: the first of them, as many as lie in a row in the ring.
std::string_view console_input();

/// Lets `tcb`, which is in a system call and is no process's thread, wait until there is input. Its call is then made
/// again.
void wait_for_input(Tcb& tcb);
/// Takes a thread that waits for input out of the queue.
void stop_waiting(Tcb& tcb);

/// Copies up to `bytes` typed characters to `address` in the user space of `root`. Returns how many. Error: NotMapped;
/// then they can be read again.
Result<std::uint64_t> read_console(PageTable& root, VirtAddr address, std::uint64_t bytes);

/// Prints up to `bytes` characters at `address` in the user space of `root`. Returns how many: at most kMaxWrite,
/// because printing is slow, and nobody else runs meanwhile. Error: NotMapped.
Result<std::uint64_t> write_console(PageTable& root, VirtAddr address, std::uint64_t bytes);
constexpr std::uint64_t kMaxWrite = 512;

}  // namespace glenda
