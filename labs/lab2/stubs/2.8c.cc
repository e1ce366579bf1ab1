if (zombies == nullptr) return Progress::Done;
// Exercise 2.8: take apart the zombie on top, one slot at a time: skip_empty_slots(), note in `next` how far it
// is, and delete that slot. That can put another zombie on top, which comes first. If all slots are empty, the
// zombie leaves the stack, and then the tree. After each step there is a preemption_point(): whoever comes next
// goes on from there.
missing_exercise("2.8");
