package audience_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	entproject "tidings/ent/project"
	enttask "tidings/ent/task"
	"tidings/outreach/audience"
)

const (
	byRule    = enttask.AudienceModeRule
	bySegment = enttask.AudienceModeSegment
	byUpload  = enttask.AudienceModeUpload
	forAll    = enttask.AudienceModeAll
)

func TestAbilities(t *testing.T) {
	t.Parallel()
	cdp, finder, none := entproject.AudienceSourceCDP, entproject.AudienceSourceFinder, entproject.AudienceSourceNone
	modes := func(m ...enttask.AudienceMode) []enttask.AudienceMode { return m }
	for name, row := range map[string]struct {
		source entproject.AudienceSource
		multi  bool
		is     func(*testing.T, func(enttask.Type) audience.Able)
	}{
		"R5 with the CDP the segment functions need segment permissions": {source: cdp, is: func(t *testing.T, of func(enttask.Type) audience.Able) {
			require.True(t, of(enttask.TypeOnce).SegmentPermission)
		}},
		"R6 with Finder only they do, too": {source: finder, is: func(t *testing.T, of func(enttask.Type) audience.Able) {
			require.True(t, of(enttask.TypeOnce).SegmentPermission)
		}},
		"R7 with neither they do not apply": {source: none, is: func(t *testing.T, of func(enttask.Type) audience.Able) {
			require.False(t, of(enttask.TypeOnce).SegmentPermission)
		}},
		"R12 without the multi-subject product the concept is hidden": {source: cdp, is: func(t *testing.T, of func(enttask.Type) audience.Able) {
			require.False(t, of(enttask.TypeOnce).Subjects)
		}},
		"R12 R35 with it, segments are listed by subject": {source: cdp, multi: true, is: func(t *testing.T, of func(enttask.Type) audience.Able) {
			require.True(t, of(enttask.TypeOnce).Subjects)
		}},
		"R22 R23 with the CDP a task selects by rule": {source: cdp, is: func(t *testing.T, of func(enttask.Type) audience.Able) {
			require.Equal(t, modes(byRule, bySegment, byUpload), of(enttask.TypeOnce).Modes)
			require.Equal(t, modes(byRule, bySegment, byUpload), of(enttask.TypeRepeat).Modes)
		}},
		"R23 with Finder only it makes a segment instead": {source: finder, is: func(t *testing.T, of func(enttask.Type) audience.Able) {
			require.Equal(t, modes(bySegment, byUpload), of(enttask.TypeOnce).Modes)
			require.Equal(t, "NEW_SEGMENT_INSTEAD", of(enttask.TypeOnce).Why[byRule])
		}},
		"R23 with neither there is no creation of segments": {source: none, is: func(t *testing.T, of func(enttask.Type) audience.Able) {
			require.Equal(t, modes(byUpload), of(enttask.TypeOnce).Modes)
			require.Equal(t, "NO_SEGMENTS", of(enttask.TypeOnce).Why[byRule])
			require.Equal(t, audience.NewNever, of(enttask.TypeOnce).NewSegment)
		}},
		"R34 existing segments are the CDP's": {source: cdp, is: func(t *testing.T, of func(enttask.Type) audience.Able) {
			require.True(t, of(enttask.TypeOnce).Has(bySegment))
		}},
		"R34 or Finder's": {source: finder, is: func(t *testing.T, of func(enttask.Type) audience.Able) {
			require.True(t, of(enttask.TypeOnce).Has(bySegment))
		}},
		"R34 or nobody's": {source: none, is: func(t *testing.T, of func(enttask.Type) audience.Able) {
			require.Equal(t, "NO_SEGMENTS", of(enttask.TypeOnce).Why[bySegment])
		}},
		"R37 with the CDP a new segment is made in the list": {source: cdp, is: func(t *testing.T, of func(enttask.Type) audience.Able) {
			require.Equal(t, audience.NewInList, of(enttask.TypeOnce).NewSegment)
		}},
		"R37 with Finder only it is made in the task": {source: finder, is: func(t *testing.T, of func(enttask.Type) audience.Able) {
			require.Equal(t, audience.NewInline, of(enttask.TypeOnce).NewSegment)
		}},
		"R39 an uploaded list is not for triggered tasks": {source: cdp, is: func(t *testing.T, of func(enttask.Type) audience.Able) {
			require.Equal(t, "SCHEDULED_ONLY", of(enttask.TypeDoneA).Why[byUpload])
			require.Equal(t, "SCHEDULED_ONLY", of(enttask.TypeDoneANotB).Why[byUpload])
		}},
		"R43 all users are for triggered tasks only": {source: none, is: func(t *testing.T, of func(enttask.Type) audience.Able) {
			require.Equal(t, modes(forAll), of(enttask.TypeDoneA).Modes)
			require.Equal(t, modes(forAll), of(enttask.TypeDoneANotB).Modes)
			require.Equal(t, "TRIGGERED_ONLY", of(enttask.TypeOnce).Why[forAll])
		}},
		"R55 without CDP and Finder nothing is refreshed": {source: none, is: func(t *testing.T, of func(enttask.Type) audience.Able) {
			require.False(t, of(enttask.TypeOnce).Refresh)
		}},
		"R56 with the CDP a failed refresh has its rule": {source: cdp, is: func(t *testing.T, of func(enttask.Type) audience.Able) {
			require.True(t, of(enttask.TypeOnce).Refresh)
		}},
		"R72 with Finder too, for triggered tasks": {source: finder, is: func(t *testing.T, of func(enttask.Type) audience.Able) {
			require.True(t, of(enttask.TypeDoneA).Refresh)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			row.is(t, func(taskType enttask.Type) audience.Able { return audience.Abilities(row.source, row.multi, taskType) })
		})
	}
}
