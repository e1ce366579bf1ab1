// Exercise 2.6: for each part of the setting that is not null, hold() a copy in the Tcb's own slot, and FINISH()
// that, for it can be preempted. What the Tcb caches follows from its slots, and changes with them:
//   handler: nothing;
//   utcb:    where the kernel finds the page, and the address at which the thread sees it;
//   vspace:  note that the thread's hart uses it (address_spaces.note_use), and change_address_space();
//   cspace:  note_cspace(). It comes last: a call that was preempted looks up its words again, in the caller's
//            CSpace.
missing_exercise("2.6", setting, tcb);
