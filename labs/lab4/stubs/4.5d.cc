// Exercise 4.5: look at each service that is Waiting. If it needs one that has failed, give_up() on it; if all that it
// needs is up, start() it. Either can decide about others, so go on until nothing changes. In the end
// check_still_usable() and arm_timer().
missing_exercise("4.5");
