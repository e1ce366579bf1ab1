// Exercise 5.3: pages that a shared region has of a file are mapped with map_cluster(). For all others: find the
// entry, with the page tables that it needs (tree_.ensure); name_page(), if there is no page; break_sharing(), if a
// private region's page has other names and is to be written; map_page().
missing_exercise("5.3", memory, region, address, access);
