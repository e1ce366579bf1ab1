// Exercise 5.7: unmap_pages() first: from then on nobody can reach them. Then look at the part of each region in
// the range: sum up its price, and drop its pages. Last remove() the range from the list, and keep in `span` what
// that returns.
missing_exercise("5.7", memory, span, start, end);
