// Exercise 2.7: undo what was made with this capability alone, then with the object, then empty the slot:
//   1. a slot in a Tcb: forget_in_tcb(). A Frame: unmap_frame(). A PageTable: unmap_table();
//   2. if it is the last capability to its object: a CNode becomes a zombie (make_zombie), and this call is done.
//      With any other, first take all rights away, so that nobody new comes to what is being taken apart; then
//      destroy_object(), which can be preempted: FINISH();
//   3. clear().
missing_exercise("2.7");
