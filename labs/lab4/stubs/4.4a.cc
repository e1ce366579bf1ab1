// Exercise 4.4: copy into `node`, each to the slot that protocol/factotum_boot.h and glenda/slots.h say: the CNode
// itself, its address space, thread, and UTCB frame; 9Ball's endpoint, with the rights of a client; the console. Make
// there, with make_at(), a Reply and a Notification.
missing_exercise("4.4", node, tcb, space, utcb, kClient);
