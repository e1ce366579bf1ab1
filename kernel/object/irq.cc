// SPDX-License-Identifier: MIT
// The table of interrupts, and how one is given back; see irq.h.
//
// The table is the kernel's own memory, of fixed size: an interrupt exists whether or not anybody has claimed it.
#include "object/irq.h"

#include "arch/plic.h"

namespace glenda {

constinit Irq irqs[kMaxIrqs];

void release_irq(Irq& irq) {
    // An interrupt that nobody has claimed must not arrive: nobody would acknowledge it.
    arch::plic_mask(number_of(irq));
    irq.is_claimed = false;
}

}  // namespace glenda
