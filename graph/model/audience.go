package model

import "tidings/ent/project"

// AudienceAbilities is what the project's products and settings allow; what
// depends on the type of task is asked for by type.
type AudienceAbilities struct {
	SegmentPermission bool
	NewSegment        NewSegment
	Refresh           bool
	Subjects          bool

	Source       project.AudienceSource
	MultiSubject bool
}

// EstimateProgress is how far an estimate is. The last one has its result, or why
// there is none.
type EstimateProgress struct {
	Done, Total int
	Result      *AudienceEstimate
	Failure     error
}
