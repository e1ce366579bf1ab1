// Exercise 5.3: find the region. No region: absent(). Not with its rights: forbidden(). A Device needs nothing
// more. Else provide() the page, by the address of its first byte. WouldBlock means that its pager has not brought it (PagerEnded); any other error
// that there is no memory.
missing_exercise("5.3", memory, address, access);
