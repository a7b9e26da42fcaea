// Package segment drives the tracking API with Segment's own SDK for Node.js, as
// it comes from npm: an application that sends to Segment today sends to Tidings
// by changing the host.
package segment

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	enteventsource "tidings/ent/eventsource"
	entproperty "tidings/ent/property"
	"tidings/intake"
	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/internal/factory"
	"tidings/internal/testdb"
	"tidings/outreach/event"
	"tidings/outreach/person"
)

func TestAnalyticsNode(t *testing.T) {
	t.Parallel()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("there is no node")
	}
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		w := factory.NewTeam(t, db)
		log := slog.New(slog.DiscardHandler)
		sources := event.NewSources(db)
		_, key, err := sources.Create(w.AsAdmin, "node", enteventsource.KindRealtime)
		require.NoError(t, err)
		people := person.NewResolver(db)
		store := event.NewStore(event.Deps{DB: db, Clock: clock.Machine{}, People: people, Catalogue: event.NewCatalogue(db), Log: log})
		ctx, stop := context.WithCancel(context.Background())
		done := make(chan struct{})
		go func() { defer close(done); store.Run(ctx) }()
		t.Cleanup(func() { stop(); <-done })
		mux := http.NewServeMux()
		for _, call := range intake.Calls {
			mux.Handle("/v1/"+call, &intake.Track{Sources: sources, Events: store, Log: log})
		}
		server := httptest.NewServer(mux)
		t.Cleanup(server.Close)

		run, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		cmd := exec.CommandContext(run, node, "sdk.mjs", server.URL, key)
		var said, failed bytes.Buffer
		cmd.Stdout, cmd.Stderr = &said, &failed
		require.NoError(t, cmd.Run(), "%s\n(make node_modules installs the SDK)", &failed)
		var got struct {
			Delivered int
			Errors    []string
		}
		require.NoError(t, json.Unmarshal(said.Bytes(), &got), said.String())
		require.Empty(t, got.Errors)
		require.Equal(t, 47, got.Delivered)

		counts := map[string]int{}
		for _, e := range db.Ent.EventType.Query().AllX(w.System) {
			var n int
			q := db.Rebind(`SELECT count(*) FROM events WHERE project_num = ? AND event_num = ?`)
			require.NoError(t, db.SQL.QueryRowContext(w.System, q, w.Project.Num, e.Num).Scan(&n))
			counts[e.Name] = n
		}
		require.Equal(t, map[string]int{"Signed Up": 1, "Order Completed": 40, "page": 1, "screen": 1, "group": 1, "Visited": 1}, counts)
		require.Equal(t, 5, db.Ent.Person.Query().CountX(w.System), "sdk-0 … sdk-3, and one before and after")

		who, err := people.Identify(w.System, w.Project.Num, []person.Claim{
			{Keys: []person.Key{{Type: person.UserID, Value: "sdk-1"}}},
			{Keys: []person.Key{{Type: person.AnonymousID, Value: "sdk-anon-1"}}},
			{Keys: []person.Key{{Type: person.UserID, Value: "sdk-after"}}},
			{Keys: []person.Key{{Type: person.AnonymousID, Value: "sdk-before"}}},
		})
		require.NoError(t, err)
		require.Equal(t, []uint32{who[0], who[0], who[2], who[2]}, who)
		p := db.Ent.Person.GetX(w.System, person.ID(w.Project.Num, who[0]))
		require.JSONEq(t, `{"city": "上海", "vip": true, "since": "2021-03-01T10:00:00.000Z"}`, string(p.Attributes))
		kinds := map[string]entproperty.Type{}
		for _, p := range db.Ent.Property.Query().AllX(w.System) {
			kinds[p.Name] = p.Type
		}
		require.Equal(t, entproperty.TypeNumber, kinds["amount"])
		require.Equal(t, entproperty.TypeList, kinds["tags"])
		require.Equal(t, entproperty.TypeDatetime, kinds["since"])
	})
}
