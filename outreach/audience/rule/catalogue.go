package rule

// Catalogue is what a project knows of its data, as far as rules need it. It is
// read before a rule is judged, so its methods cannot fail.
type Catalogue interface {
	// Attribute, Tag: what people carry. EventProperty and Column: what events
	// and detail rows carry.
	Attribute(name string) Entry
	Tag(name string) Entry
	Event(name string) Entry
	EventProperty(event, name string) Entry
	Table(name string) Entry
	Column(table, name string) Entry
	IDType(code string) Entry
	// Segment is a segment the author may use. Depth is 1 for a rule without
	// segments, 2 for one that names such a segment, and so on; Cyclic says that
	// it leads back to the segment whose rule is judged.
	Segment(id string) SegmentEntry
}

// Entry is what the catalogue has under a name.
type Entry struct {
	Known    bool
	Disabled bool
	Type     Type // of a property
}

// SegmentEntry is what the catalogue knows of a segment.
type SegmentEntry struct {
	Known  bool
	Depth  int
	Cyclic bool
}
