// Exercise 5.5: tear_down(). Reply to who asked for its end (process.ender), if anybody waits. One that is unborn is
// released, and that is all. The children of one that has Grants::Dma end, too. All others become 9Ball's (bequeath):
// for an orphan that is a zombie, tell_parent(); the others abandon(). Make the process a zombie, and tell its own
// parent. Last: resume_abandoned(), and wind_timer() if objects_ has more.
missing_exercise("5.5", process);
