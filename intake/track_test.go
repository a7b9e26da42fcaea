package intake_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
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
	"tidings/outreach/subscription"
)

// tracking is a server that takes events for the projects of two teams.
type tracking struct {
	db           *database.DB
	clock        *clock.Fake
	w, other     *factory.Team
	key, foreign string
	sources      *event.Sources
	catalogue    *event.Catalogue
	reader       *event.Reader
	stream       *event.Stream
	handler      http.Handler
}

// answered is what the tracking API answers.
type answered struct {
	Success             bool
	Accepted, Duplicate int
	Refused, Warnings   []event.Refusal
	Error               struct {
		Code, Reason, Message string
		Fields                []struct {
			Rule   string
			Params map[string]any
		}
	}
}

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func newTracking(t *testing.T, db *database.DB) *tracking {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	b := &tracking{db: db, clock: clock.NewFake(noon), w: factory.NewTeam(t, db), other: factory.NewTeam(t, db)}
	b.sources, b.catalogue, b.reader = event.NewSources(db), event.NewCatalogue(db), event.NewReader(db)
	rdb := redis.NewClient(&redis.Options{Addr: miniredis.RunT(t).Addr()})
	t.Cleanup(func() { _ = rdb.Close() })
	b.stream = event.NewStream(rdb)
	people := person.NewResolver(db)
	store := event.NewStore(event.Deps{DB: db, Clock: b.clock, People: people, Catalogue: b.catalogue, Stream: b.stream, Log: log})
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); store.Run(ctx) }()
	t.Cleanup(func() { stop(); <-done })
	var err error
	_, b.key, err = b.sources.Create(b.w.AsAdmin, "app", enteventsource.KindRealtime)
	require.NoError(t, err)
	_, b.foreign, err = b.sources.Create(b.other.AsAdmin, "app", enteventsource.KindRealtime)
	require.NoError(t, err)
	mux := http.NewServeMux()
	for _, call := range intake.Calls {
		mux.Handle("/v1/"+call, &intake.Track{Sources: b.sources, Events: store, Log: log})
	}
	mux.Handle("/v1/wechat/subscriptions", &intake.Subscriptions{Sources: b.sources, Ledger: subscription.New(db, b.clock, people), Log: log})
	b.handler = mux
	return b
}

func (b *tracking) post(t *testing.T, path, key string, body any) (int, answered) {
	t.Helper()
	text, ok := body.(string)
	if !ok {
		raw, err := json.Marshal(body)
		require.NoError(t, err)
		text = string(raw)
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/v1/"+path, strings.NewReader(text))
	if key != "" {
		r.SetBasicAuth(key, "")
	}
	return b.do(t, r)
}

func (b *tracking) do(t *testing.T, r *http.Request) (int, answered) {
	t.Helper()
	out := httptest.NewRecorder()
	b.handler.ServeHTTP(out, r)
	var a answered
	require.NoError(t, json.Unmarshal(out.Body.Bytes(), &a), out.Body.String())
	return out.Code, a
}

func (b *tracking) count(t *testing.T, table string) (n int) {
	t.Helper()
	require.NoError(t, b.db.SQL.QueryRowContext(t.Context(), b.db.Rebind(`SELECT count(*) FROM `+table+` WHERE project_num = ?`), b.w.Project.Num).Scan(&n))
	return n
}

type m = map[string]any

func bought(id, user string, amount any) m {
	return m{"type": "track", "messageId": id, "userId": user, "event": "purchase", "properties": m{"amount": amount}}
}

func batch(messages ...m) m { return m{"batch": messages, "sentAt": noon.Format(time.RFC3339Nano)} }

func TestTrack(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := newTracking(t, db)
		type step struct {
			name string
			run  func(t *testing.T)
		}
		for _, s := range []step{
			{"a message is stored once by its ID, also with another sentAt and in another batch", func(t *testing.T) {
				status, a := b.post(t, "batch", b.key, batch(bought("1", "u1", 12.5), bought("2", "u2", 3), bought("1", "u1", 99)))
				require.Equal(t, []any{200, true, 2, 1, 0}, []any{status, a.Success, a.Accepted, a.Duplicate, len(a.Refused)})
				again := batch(bought("2", "u2", 3), bought("3", "u1", 4))
				again["sentAt"] = noon.Add(time.Hour).Format(time.RFC3339Nano)
				_, a = b.post(t, "batch", b.key, again)
				require.Equal(t, []int{1, 1}, []int{a.Accepted, a.Duplicate})
				require.Equal(t, 3, b.count(t, "events"))
			}},
			{"two projects with the same IDs never see each other", func(t *testing.T) {
				_, a := b.post(t, "batch", b.foreign, batch(bought("1", "u1", 1), bought("2", "u2", 1)))
				require.Equal(t, 2, a.Accepted)
				require.Equal(t, 3, b.count(t, "events"))
				require.Equal(t, 2, b.count(t, "persons"))
			}},
			{"every call has its effect (§12.1)", func(t *testing.T) {
				for call, body := range map[string]m{
					"identify": {"userId": "all", "anonymousId": "a-all", "traits": m{"city": "上海", "age": 30, "since": "2021-03-01T10:00:00+08:00", "gone": nil}},
					"track":    {"anonymousId": "a-all", "event": "open"},
					"page":     {"userId": "all", "name": "Home", "properties": m{"url": "https://example.org"}},
					"screen":   {"userId": "all", "name": "Cart"},
					"group":    {"userId": "all", "groupId": "g1", "traits": m{"plan": "pro"}},
					"alias":    {"userId": "all", "previousId": "a-all"},
				} {
					status, a := b.post(t, call, b.key, body)
					require.Equal(t, []any{200, 1}, []any{status, a.Accepted}, "%s %v", call, a)
				}
				nums, err := person.NewResolver(db).Identify(b.w.System, b.w.Project.Num, []person.Claim{{Keys: []person.Key{{Type: person.UserID, Value: "all"}}}})
				require.NoError(t, err)
				p := db.Ent.Person.GetX(b.w.System, person.ID(b.w.Project.Num, nums[0]))
				require.JSONEq(t, `{"city":"上海","age":30,"since":"2021-03-01T02:00:00.000Z"}`, string(p.Attributes))
				events, err := b.reader.OfPerson(b.w.System, b.w.Project.Num, nums[0], 0, nil, 10)
				require.NoError(t, err)
				require.Len(t, events, 4, "track, page, screen, group")
				var props []string
				for _, e := range events {
					props = append(props, string(e.Props))
				}
				text := strings.Join(props, " ")
				for _, want := range []string{"Home", "Cart", "g1", "pro"} {
					require.Contains(t, text, want)
				}
				more, err := b.reader.OfPerson(b.w.System, b.w.Project.Num, nums[0], 0, &event.Place{At: events[1].At, Num: events[1].Num}, 10)
				require.NoError(t, err)
				require.Equal(t, events[2:], more)
			}},
			{"bad events are refused one by one with index, field and rule", func(t *testing.T) {
				stored := b.count(t, "events")
				future, old := noon.Add(48*time.Hour).Format(time.RFC3339), "1989-01-01T00:00:00Z"
				body := m{"batch": []any{
					bought("bad-0", "u1", 1),
					m{"type": "track", "event": "x"},
					m{"type": "track", "userId": "u"},
					m{"type": "fly", "userId": "u"},
					m{"type": "track", "userId": "u", "event": "x", "timestamp": future},
					m{"type": "track", "userId": "u", "event": "x", "timestamp": old},
					m{"type": "track", "userId": "u", "event": "x", "timestamp": "yesterday"},
					m{"type": "track", "userId": "u", "event": "x", "properties": []int{1}},
					"text",
					m{"type": "track", "userId": "u", "event": "x", "properties": m{"big": strings.Repeat("x", 33<<10)}},
					m{"type": "track", "userId": strings.Repeat("u", 300), "event": "x"},
					bought("bad-11", "u1", 1),
				}}
				status, a := b.post(t, "batch", b.key, body)
				require.Equal(t, []int{200, 2}, []int{status, a.Accepted})
				var got []string
				for _, r := range a.Refused {
					got = append(got, fmt.Sprint(r.Index, " ", r.Field, " ", r.Rule))
				}
				require.Equal(t, []string{
					"1 userId REQUIRED", "2 event REQUIRED", "3 type UNKNOWN", "4 timestamp IN_THE_FUTURE", "5 timestamp TOO_OLD",
					"6 timestamp INVALID_TIME", "7 properties INVALID_VALUE", "8  JSON", "9  TOO_LARGE", "10 userId INVALID_ID",
				}, got)
				require.Equal(t, stored+2, b.count(t, "events"))
				require.Equal(t, 10, b.count(t, "refused_events"))
				status, a = b.post(t, "track", b.key, m{"userId": "u"})
				require.Equal(t, []any{400, false, 1}, []any{status, a.Success, len(a.Refused)})
			}},
			{"the clock of the sender is corrected, and a little ahead counts as now", func(t *testing.T) {
				body := batch(m{"type": "track", "userId": "clock", "event": "tick", "messageId": "c1", "timestamp": noon.Add(-26 * 24 * time.Hour)},
					m{"type": "track", "userId": "clock", "event": "tick", "messageId": "c2", "timestamp": noon.Add(-25 * 24 * time.Hour), "sentAt": noon.Add(-25 * 24 * time.Hour)})
				body["sentAt"] = noon.Add(-25 * 24 * time.Hour)
				_, a := b.post(t, "batch", b.key, body)
				require.Equal(t, 2, a.Accepted)
				_, a = b.post(t, "track", b.key, m{"userId": "clock", "event": "tick", "timestamp": noon.Add(time.Hour)})
				require.Equal(t, "CLOCK_AHEAD", a.Warnings[0].Rule)
				nums, err := person.NewResolver(db).Identify(b.w.System, b.w.Project.Num, []person.Claim{{Keys: []person.Key{{Type: person.UserID, Value: "clock"}}}})
				require.NoError(t, err)
				events, err := b.reader.OfPerson(b.w.System, b.w.Project.Num, nums[0], 0, nil, 10)
				require.NoError(t, err)
				require.Equal(t, []int64{noon.UnixMilli(), noon.UnixMilli(), noon.Add(-24 * time.Hour).UnixMilli()}, []int64{events[0].At, events[1].At, events[2].At})
			}},
			{"a value of another type is kept, warned of and counted; bad names are left out", func(t *testing.T) {
				body := bought("types", "u1", "not a number")
				body["properties"].(m)[`a"b`] = 1
				body["properties"].(m)["text as number"] = "x"
				_, a := b.post(t, "track", b.key, body)
				rules := []string{a.Warnings[0].Rule, a.Warnings[1].Rule}
				require.ElementsMatch(t, []string{"TYPE_CONFLICT", "BAD_NAME"}, rules)
				require.NoError(t, b.catalogue.Flush(b.w.System))
				p := db.Ent.Property.Query().Where(entproperty.Name("amount"), entproperty.ProjectID(b.w.Project.ID)).OnlyX(b.w.System)
				require.Equal(t, []any{entproperty.TypeNumber, 1}, []any{p.Type, p.Conflicts})
				typ, err := b.catalogue.Type(b.w.System, b.w.Project.ID, "purchase")
				require.NoError(t, err)
				values, err := b.reader.Suggest(b.w.System, b.w.Project.Num, entproperty.OwnerEvent, typ.Num, "amount", "")
				require.NoError(t, err)
				require.Len(t, values, 5)
				require.Equal(t, event.ValueCount{Value: json.RawMessage("1"), Count: 2}, values[0])
				values, err = b.reader.Suggest(b.w.System, b.w.Project.Num, entproperty.OwnerAttribute, 0, "city", "上")
				require.NoError(t, err)
				require.Equal(t, []event.ValueCount{{Value: json.RawMessage(`"上海"`), Count: 1}}, values)
				of, err := b.reader.Activity(b.w.System, b.w.Project.Num, []int64{typ.Num, 1}, b.clock.Now(), time.UTC)
				require.NoError(t, err)
				days := of[typ.Num].Days
				require.Equal(t, []any{30, "2026-11-22", 6}, []any{len(days), days[29].Day, days[29].Count})
				require.NotNil(t, of[typ.Num].LastAt)
				require.Len(t, of[1].Days, 30, "of what never happened too")
				require.Nil(t, of[1].LastAt)
			}},
			{"a group that is a subject of the project is an entity with attributes (R12)", func(t *testing.T) {
				db.Ent.Subject.Create().SetProjectID(b.w.Project.ID).SetNum(b.w.Project.Num*100 + 1).SetCode("store").SetName("门店").SetIDType("store_id").ExecX(b.w.System)
				people := b.count(t, "persons")
				later := person.NewResolver(db) // this process learns of the subject at once
				store := event.NewStore(event.Deps{DB: db, Clock: b.clock, People: later, Catalogue: b.catalogue, Log: slog.New(slog.DiscardHandler)})
				ctx, stop := context.WithCancel(b.w.System)
				done := make(chan struct{})
				go func() { defer close(done); store.Run(ctx) }()
				defer func() { stop(); <-done }()
				source, err := b.sources.ByKey(ctx, b.key)
				require.NoError(t, err)
				res, err := store.Add(ctx, source, &event.Batch{Kind: "group", Items: []event.Item{
					{Raw: []byte(`{"userId":"all","groupId":"s-1","context":{"groupType":"store"},"traits":{"area":120}}`)},
					{Raw: []byte(`{"userId":"all","groupId":"s-1","traits":{"groupType":"store","open":true}}`)},
					{Raw: []byte(`{"userId":"all","groupId":"x","traits":{"area":1}}`)},
				}})
				require.NoError(t, err)
				require.Equal(t, 3, res.Accepted)
				require.Equal(t, people+1, b.count(t, "persons"))
				var raw []byte
				require.NoError(t, db.SQL.QueryRowContext(ctx, db.Rebind(`SELECT attributes FROM persons WHERE project_num = ? AND subject = ?`), b.w.Project.Num, b.w.Project.Num*100+1).Scan(&raw))
				require.JSONEq(t, `{"area":120,"open":true,"groupType":"store"}`, string(raw))
			}},
			{"an event that is switched off is refused", func(t *testing.T) {
				_, a := b.post(t, "track", b.key, m{"userId": "u1", "event": "noise"})
				require.Equal(t, 1, a.Accepted)
				typ, err := b.catalogue.Type(b.w.System, b.w.Project.ID, "noise")
				require.NoError(t, err)
				db.Ent.EventType.UpdateOneID(typ.ID).SetEnabled(false).ExecX(b.w.System)
				b.catalogue.Forget(b.w.Project.ID)
				status, a := b.post(t, "track", b.key, m{"userId": "u1", "event": "noise"})
				require.Equal(t, []any{400, "EVENT_DISABLED"}, []any{status, a.Refused[0].Rule})
			}},
			{"characters that cannot be stored are replaced, not a reason to lose an event", func(t *testing.T) {
				status, a := b.post(t, "track", b.key, `{"userId":"nul\u0000","event":"odd","properties":{"a":"x\u0000y","b":"\ud800","c":"`+"\xff"+`"}}`)
				require.Equal(t, []any{200, 1}, []any{status, a.Accepted}, "%v", a)
			}},
			{"the live stream shows what was taken and refused", func(t *testing.T) {
				yes := true
				require.Eventually(t, func() bool {
					seen, err := b.stream.Recent(b.w.System, b.w.Project.Num, event.RecentFilter{Event: "odd"})
					refused, rerr := b.stream.Recent(b.w.System, b.w.Project.Num, event.RecentFilter{Refused: &yes, Limit: 3})
					return err == nil && rerr == nil && len(seen) == 1 && seen[0].Person > 0 && len(refused) == 3
				}, 5*time.Second, 10*time.Millisecond)
			}},
		} {
			t.Run(s.name, s.run) //nolint:paralleltest // in order, on one store
		}
	})
}

func TestSubscriptions(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := newTracking(t, db)
		report := func(id string, answers ...m) (int, answered) {
			return b.post(t, "wechat/subscriptions", b.key, m{"openid": "oT1dN5abcdefghijklmnop", "appId": "wx0123456789abcdef", "id": id, "answers": answers})
		}
		for range 2 {
			status, _ := report("1", m{"templateId": "T1", "status": "accept"}, m{"templateId": "T2", "status": "reject"}, m{"templateId": "T3", "status": "ban"})
			require.Equal(t, 200, status)
		}
		_, _ = report("2", m{"templateId": "T1", "status": "accept"})
		_, _ = report("3", m{"templateId": "T1", "status": "reject"})
		got := map[string][]any{}
		for _, s := range db.Ent.WechatSubscription.Query().AllX(b.w.System) {
			got[s.TemplateID] = []any{s.Remaining, s.Rejected, s.PersonNum > 0, s.ProjectNum == b.w.Project.Num}
		}
		require.Equal(t, map[string][]any{"T1": {2, true, true, true}, "T2": {0, true, true, true}}, got)
		status, a := report("", m{"templateId": "", "status": "maybe"})
		require.Equal(t, []any{400, 3}, []any{status, len(a.Error.Fields)})
	})
}

// A batch whose own time of sending cannot be read is taken, with a warning.
func TestAnUnreadableTimeOfSending(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := newTracking(t, db)
		body := batch(bought("1", "u1", 1), bought("2", "u2", 1))
		body["sentAt"] = "yesterday"
		status, a := b.post(t, "batch", b.key, body)
		require.Equal(t, []any{200, 2, 0}, []any{status, a.Accepted, len(a.Refused)})
		require.Len(t, a.Warnings, 1)
		require.Equal(t, []any{-1, "sentAt", "INVALID_TIME"}, []any{a.Warnings[0].Index, a.Warnings[0].Field, a.Warnings[0].Rule})
	})
}
