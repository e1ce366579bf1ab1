// SPDX-License-Identifier: MIT
// The table of interrupts, and giving one back. See irq.h.
//
// It is the kernel's own memory, of fixed size: an interrupt exists whether or not anybody claims it.
#include "object/irq.h"

#include "arch/plic.h"

namespace glenda {

constinit Irq irqs[kMaxIrqs];

void release_irq(Irq& irq) {
    arch::plic_mask(number_of(irq));
    irq.is_claimed = false;
}

}  // namespace glenda
