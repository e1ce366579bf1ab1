// Exercise 5.3: map the entry's page with the region's rights, and with MapFlags::Replace. While other entries name
// the page, too (PageRecord::refs), a private region may not write to it. The object of a shared region names its
// page, but has not mapped it. The page's product() maps one entry; a further one needs a capability of its own:
// take_mapping() says which, or 0, and the entry keeps it.
missing_exercise("5.3", memory, region, address, entry);
