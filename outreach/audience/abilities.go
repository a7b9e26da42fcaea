package audience

import (
	"slices"

	entproject "tidings/ent/project"
	enttask "tidings/ent/task"
)

// NewSegment says where a new segment is made (R37). The names are those of the API.
type NewSegment string

// Where: in the segment list, inside the task, or nowhere.
const (
	NewInList NewSegment = "LIST"
	NewInline NewSegment = "INLINE"
	NewNever  NewSegment = "NONE"
)

// Why an audience mode cannot be chosen: stable words, the rules of refusals at audienceMode.
const (
	// NoSegments: the project has no product that keeps segments.
	NoSegments = "NO_SEGMENTS"
	// NewSegmentInstead: selecting by rule is the CDP's; Finder makes a segment instead.
	NewSegmentInstead = "NEW_SEGMENT_INSTEAD"
	// TriggeredOnly and ScheduledOnly: the mode is for the other types of task.
	TriggeredOnly = "TRIGGERED_ONLY"
	ScheduledOnly = "SCHEDULED_ONLY"
)

// Able is what a project may do for a task of one type (spec section 0).
type Able struct {
	Modes []enttask.AudienceMode
	// Why holds a word for every mode that is off.
	Why map[enttask.AudienceMode]string
	// SegmentPermission: the segment functions need segment permissions (R5–R7).
	SegmentPermission bool
	NewSegment        NewSegment
	// Refresh: the fields of refreshing and of its failure exist (R55, R56, R72).
	Refresh bool
	// Subjects are shown, and segments are listed by them (R12, R35).
	Subjects bool
}

// Has tells whether a mode may be used.
func (a Able) Has(mode enttask.AudienceMode) bool { return slices.Contains(a.Modes, mode) }

var modes = []enttask.AudienceMode{
	enttask.AudienceModeRule, enttask.AudienceModeSegment, enttask.AudienceModeUpload, enttask.AudienceModeAll,
}

// Scheduled tells whether a task goes out at times rather than after events.
func Scheduled(t enttask.Type) bool { return t == enttask.TypeOnce || t == enttask.TypeRepeat }

// Abilities is the table of spec section 0. It is pure.
//
//	           CDP              FINDER       NONE
//	RULE       yes              no (R23)     no
//	SEGMENT    yes (R34)        yes (R34)    no
//	UPLOAD     scheduled (R39)  the same     the same
//	ALL        triggered (R43)  the same     the same
//	new one    in the list      in the task  never (R37)
//	refresh    yes              yes          no (R55)
func Abilities(source entproject.AudienceSource, multiSubject bool, taskType enttask.Type) Able {
	a := Able{Why: map[enttask.AudienceMode]string{}, Subjects: multiSubject}
	switch source {
	case entproject.AudienceSourceCDP:
		a.SegmentPermission, a.NewSegment, a.Refresh = true, NewInList, true
	case entproject.AudienceSourceFinder:
		a.SegmentPermission, a.NewSegment, a.Refresh = true, NewInline, true
	case entproject.AudienceSourceNone:
		a.NewSegment = NewNever
	}
	for _, mode := range modes {
		if why := whyNot(source, mode, taskType); why != "" {
			a.Why[mode] = why
			continue
		}
		a.Modes = append(a.Modes, mode)
	}
	return a
}

func whyNot(source entproject.AudienceSource, mode enttask.AudienceMode, taskType enttask.Type) string {
	switch mode {
	case enttask.AudienceModeRule:
		switch source {
		case entproject.AudienceSourceNone:
			return NoSegments
		case entproject.AudienceSourceFinder:
			return NewSegmentInstead
		case entproject.AudienceSourceCDP:
		}
	case enttask.AudienceModeSegment:
		if source == entproject.AudienceSourceNone {
			return NoSegments
		}
	case enttask.AudienceModeUpload:
		if !Scheduled(taskType) {
			return ScheduledOnly
		}
	case enttask.AudienceModeAll:
		if Scheduled(taskType) {
			return TriggeredOnly
		}
	}
	return ""
}
