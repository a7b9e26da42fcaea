// Package graph is the door for people: GraphQL in. Resolvers authorise,
// translate and call one command of outreach; reads that only page and filter
// go to the store, whose privacy narrows them to the viewer's project.
package graph

import (
	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/internal/pubsub"
	"tidings/outreach/access"
	"tidings/outreach/approval"
	"tidings/outreach/audience"
	"tidings/outreach/catalogue"
	"tidings/outreach/channel/registry"
	"tidings/outreach/dataimport"
	"tidings/outreach/detail"
	"tidings/outreach/event"
	"tidings/outreach/outcome"
	"tidings/outreach/preflight"
	"tidings/outreach/task"
)

// Resolver holds everything the API needs.
type Resolver struct {
	DB       *database.DB
	Clock    clock.Clock // business time
	Access   *access.Service
	Channels *registry.Registry
	Rates    *outcome.Rates
	Hub      *pubsub.Hub // wakes subscriptions by the ID of what changed

	Tasks     *task.Service
	Approvals *approval.Service
	Groups    *task.Groups
	Campaigns *task.Campaigns
	Segments  *audience.Segments

	Preflights *preflight.Service

	Catalogue *catalogue.Service
	Sources   *event.Sources
	Events    *event.Reader
	Stream    *event.Stream
	Tables    *detail.Tables
	Imports   *dataimport.Imports

	// Version and Demo are what `server` tells.
	Version string
	Demo    bool
}
