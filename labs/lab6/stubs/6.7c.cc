// Exercise 6.7: the request's pages begin at page `data_page` of the session, which consists of runs. Fill
// next_.buffers: one for each run that the pages touch. False if there are too many, none, or one of them does not
// exist.
missing_exercise("6.7", data_page);
