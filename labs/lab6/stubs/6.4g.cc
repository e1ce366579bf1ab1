// Exercise 6.4: if there is a reader, and something for it, reply with it. Look, reply, and only then drop, and only
// if the reply has found somebody: in which order does a byte get lost if driver or reader ends in between?
missing_exercise("6.4");
