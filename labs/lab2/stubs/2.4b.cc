// Exercise 2.4: an Endpoint or Notification gets the badge in word 4, unless it has one already: NoRights. A
// CNode gets word 4 as its guard and word 5 as the guard's length; then the message needs 6 words. Guard and
// index together have at most 64 bits, and the guard must fit into its length: else BadArgument. Nothing else has
// an identity: WrongType.
missing_exercise("2.4", cap, request);
