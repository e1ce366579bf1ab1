if (queue_.in_flight() == 0) return std::nullopt;
// Exercise 6.6: the next used chain is a request that is done: which one, how did it go? Its record is free again.
missing_exercise("6.6");
