// Exercise 2.8: the node moves from `slot` into slot 0 of the CNode itself, so that `slot` is free at once. There
// it is a Zombie without flags, whose slots are to be emptied from slot 1 on, and it lies on top of the other
// `zombies`.
missing_exercise("2.8", slot);
