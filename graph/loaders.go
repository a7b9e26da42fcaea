package graph

import (
	"context"
	"slices"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vikstrous/dataloadgen"

	"tidings/ent"
	"tidings/graph/model"
	"tidings/outreach/event"
	"tidings/outreach/outcome"
)

// loaders gather what the fields of one response ask for into one query.
type loaders struct {
	taskProgress *dataloadgen.Loader[string, *outcome.Progress]
	runProgress  *dataloadgen.Loader[int64, *outcome.Progress]
	openTasks    *dataloadgen.Loader[string, int]
	contents     outcome.Contents

	taskGroups    *dataloadgen.Loader[string, []*ent.TaskGroup]
	groupTasks    *dataloadgen.Loader[string, int]
	campaignTasks *dataloadgen.Loader[string, int]
	approvals     *dataloadgen.Loader[string, *ent.Approval] // of a task: the one that waits, or the last
	tasks         *dataloadgen.Loader[string, *ent.Task]
	projects      *dataloadgen.Loader[string, *ent.Project]
	backtests     *dataloadgen.Loader[string, *ent.Backtest]  // of a task: the newest
	preflights    *dataloadgen.Loader[string, *ent.Preflight] // of a task: the newest
	segments      *segmentLoaders

	people      *dataloadgen.Loader[int64, *model.Person]      // by the row's key; null where nobody is
	identities  *dataloadgen.Loader[int64, []*ent.Identity]    // of people, by the row's key
	idTypes     *dataloadgen.Loader[int64, []*ent.IDType]      // of the viewer's project
	properties  *dataloadgen.Loader[ownerKey, []*ent.Property] // in the order in which they came
	sourceNames *dataloadgen.Loader[int64, map[int64]string]   // of the viewer's project, by number
	activity    *dataloadgen.Loader[int64, event.Activity]     // of event types, by number
}

type loadersKey struct{}

// withLoaders gives every response loaders of its own: each event of a
// subscription reads anew.
func (r *Resolver) withLoaders(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	outcomes := outcome.Reader{DB: r.DB}
	return next(context.WithValue(ctx, loadersKey{}, &loaders{
		taskProgress: dataloadgen.NewMappedLoader(orNone(outcomes.OfTasks)),
		runProgress:  dataloadgen.NewMappedLoader(orNone(outcomes.OfRuns)),
		openTasks:    dataloadgen.NewMappedLoader(r.Channels.OpenTasks),

		taskGroups:    dataloadgen.NewMappedLoader(r.Groups.OfTasks),
		groupTasks:    dataloadgen.NewMappedLoader(r.Groups.TaskCounts),
		campaignTasks: dataloadgen.NewMappedLoader(r.Campaigns.TaskCounts),
		approvals:     dataloadgen.NewMappedLoader(r.Approvals.OfTasks),
		tasks:         dataloadgen.NewMappedLoader(r.tasksByID),
		projects:      dataloadgen.NewMappedLoader(r.projectsByID),
		preflights:    dataloadgen.NewMappedLoader(r.Preflights.OfTasks),
		segments:      r.segmentLoaders(),
		backtests:     dataloadgen.NewMappedLoader(r.newestBacktests),

		people:      dataloadgen.NewMappedLoader(r.loadPeople),
		identities:  dataloadgen.NewMappedLoader(r.loadIdentities),
		idTypes:     dataloadgen.NewMappedLoader(r.loadIDTypes),
		properties:  dataloadgen.NewMappedLoader(r.loadProperties),
		sourceNames: dataloadgen.NewMappedLoader(r.loadSourceNames),
		activity:    dataloadgen.NewMappedLoader(r.loadActivity),
	}))
}

// orNone makes what was not found an empty progress.
func orNone[K comparable](read func(context.Context, []K) (map[K]*outcome.Progress, error)) func(context.Context, []K) (map[K]*outcome.Progress, error) {
	return func(ctx context.Context, keys []K) (map[K]*outcome.Progress, error) {
		found, err := read(ctx, keys)
		if err != nil {
			return nil, err
		}
		for _, k := range keys {
			if found[k] == nil {
				found[k] = &outcome.Progress{}
			}
		}
		return found, nil
	}
}

func load(ctx context.Context) *loaders {
	l, _ := ctx.Value(loadersKey{}).(*loaders)
	return l
}

// wants tells whether the client asks for a field of the object being resolved.
func wants(ctx context.Context, field string) bool {
	return slices.Contains(graphql.CollectAllFields(ctx), field)
}
