bool has_news = false;
for (const DeviceSession& session : device.sessions) has_news = has_news || session.is_news;
if (!has_news) return Refusal(ServerError::NotFound);
// Exercise 6.7: the first session that is news. The words: its number, its state, the physical address and number
// of its data pages, its client; if it is open, also its control page and what wakes the client (with the right to
// write). Then it is no news any more. No session is news: NotFound.
missing_exercise("6.7", device);
