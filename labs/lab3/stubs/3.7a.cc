// Exercise 3.7: signal the notification in the slot, as its capability says (signal_bits).
// There may be none: the slot is empty, or holds something that is not a notification.
missing_exercise("3.7", slot);
