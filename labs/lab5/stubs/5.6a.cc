// Exercise 5.6: the service must be Offered: else Broken, if it is Gone, or NotFound. Take a slot, and mint the
// endpoint into it, with the right to speak (kSpeak) and this badge. One that has a badge already cannot be minted,
// but copied with fewer rights. If both fail, drop() the slot.
missing_exercise("5.6", service, badge);
