// Exercise 5.3: nothing is there yet. If the region maps an object, ask for the object's page: the entry is one
// name more for it. Else make_page(). Fill in the entry, and count the page as resident.
missing_exercise("5.3", memory, region, address, entry);
