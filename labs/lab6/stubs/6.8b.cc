recovered_count_ = recovered_next_ = 0;
bool has_any = false;
for (const SessionSlot& slot : page_->slots) has_any = has_any || shared::load(slot.state) == SlotState::Submitted;
if (!has_any) return;
// Exercise 6.8: look at all slots, for the ring does not tell. Those that are Submitted, and have been before `tail`,
// belong into recovered_, oldest first.
missing_exercise("6.8", tail);
