package app

import (
	"net/http"

	"tidings/intake"
	"tidings/internal/queue"
	"tidings/internal/startstop"
	"tidings/outreach/event"
	"tidings/outreach/subscription"
	"tidings/worker"
)

// addIntake adds the tracking API. What was taken is committed before the store stops.
func (a *App) addIntake() map[string]http.Handler {
	store := event.NewStore(event.Deps{
		DB: a.db, Clock: a.clock, People: a.resolver, Catalogue: a.learned, Stream: a.stream, Enqueue: worker.BatchesDue(queue.NewClient(a.redis)), Log: a.log,
	})
	a.group.Add("event store", startstop.NewBackground(store.Run))
	track := &intake.Track{Sources: a.sources, Events: store, Log: a.log}
	out := map[string]http.Handler{"/v1/wechat/subscriptions": &intake.Subscriptions{
		Sources: a.sources, Ledger: subscription.New(a.db, a.clock, a.resolver), Log: a.log,
	}}
	for _, call := range intake.Calls {
		out["/v1/"+call] = track
	}
	return out
}
