// Exercise 6.8: if there is another driver now, or the tail is further away than the ring is long, the ring cannot
// be believed: continue behind it, and look at all slots that are outstanding. As long as this is missing, answers
// of a driver that has ended are lost.
(void)tail;
