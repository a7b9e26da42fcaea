package compile

import "github.com/RoaringBitmap/roaring/v2"

// selection is what a node selects: some people, or everybody but them. Who
// everybody is need then be read only where a whole rule comes to "but them".
type selection struct {
	*roaring.Bitmap
	// others turns it round.
	others bool
	// inside says that all in the bitmap are the scope's people; what comes from
	// events and IDs may hold stubs and other entities.
	inside bool
}

// turned are all others. The bitmap stays the same one.
func (s selection) turned() selection {
	s.others = !s.others
	return s
}

// and is the intersection. It may take either bitmap to pieces.
func (s selection) and(t selection) selection {
	switch {
	case s.others && t.others:
		s.Or(t.Bitmap)
		s.inside = s.inside && t.inside
	case s.others:
		return t.and(s)
	case t.others:
		s.AndNot(t.Bitmap)
	default:
		s.And(t.Bitmap)
		s.inside = s.inside || t.inside
	}
	return s
}

// or is the union: all but those who are in neither.
func (s selection) or(t selection) selection { return s.turned().and(t.turned()).turned() }
