// Exercise 6.7: the request is neither next nor with the device any more. Write the answer, then whose the slot is,
// then the complete ring, then its tail. Why in this order? And note it for owes_signal().
missing_exercise("6.7", number, status, length);
