// Exercise 5.4: mint Factotum's endpoint, to speak, with the thread's badge for faults into kRunFaultHandler of the
// process's run. Configure the Tcb with the process's CNode and VSpace, its own UTCB (the page's product(), and the
// address), and that endpoint.
// The Tcb keeps a copy, so remove the other, even if the kernel refuses. Give the thread its process's name, and
// place() it.
missing_exercise("5.4", process, thread, utcb);
