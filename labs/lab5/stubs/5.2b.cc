// Exercise 5.2: borrow the image's runs (stores_->images.enter), and remember image and runs. Then map() a region
// for each segment: whole pages, with the rights that the segment says (rights_of). What the program may not write
// is shared. file_pages says how many pages have bytes of the file; source is the first of them (images.find). If
// there is something at its addresses already (overlaps): BadExecutable.
missing_exercise("5.2", memory, image);
