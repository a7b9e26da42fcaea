package compile

import (
	"context"
	stdjson "encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/stretchr/testify/require"

	"tidings/internal/database"
	"tidings/internal/testdb"
	"tidings/outreach/audience/rule"
)

// What the compiled SQL selects is what one would find by looking at every
// person and every row: for random rules over random small worlds, among them
// values that are null or of a wrong type, equal instants, merged people, zones
// that put their clocks forward, stubs and entities of another subject.
func TestRandomRulesSelectWhatLookingSelects(t *testing.T) {
	t.Parallel()
	const trees = 100
	worlds := 12
	if os.Getenv("TIDINGS_TEST_CHAOS") != "" { //nolint:forbidigo // tests learn of their size this way
		worlds = 400
	}
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		for i := range worlds {
			t.Run(fmt.Sprintf("world %d", i), func(t *testing.T) {
				t.Parallel()
				g := &generator{rand.New(rand.NewPCG(uint64(i), 7)), nil} //nolint:gosec // repeatable on purpose
				g.world = g.newWorld()
				p := g.store(t, db)
				evaluator := &Evaluator{DB: db}
				if i%4 == 0 {
					evaluator.joinFor = time.Nanosecond // which no statement makes
				}
				options := Options{Segment: func(_ context.Context, id string) (*roaring.Bitmap, error) {
					return roaring.BitmapOf(g.world.segments[id]...), nil
				}}
				for range trees {
					text, err := g.tree(3).MarshalJSON()
					require.NoError(t, err)
					tree, err := rule.Parse(text)
					require.NoError(t, err, string(text))
					found, err := evaluator.Evaluate(context.Background(), p.scope, tree, options)
					require.NoError(t, err, string(text))
					require.Equal(t, g.world.select_(tree), append([]uint32{}, found.ToArray()...), "%s\nnow %s in %s", text, g.world.now, g.world.zone)
				}
			})
		}
	})
}

type generator struct {
	*rand.Rand
	world *world
}

func one[T any](g *generator, of ...T) T { return of[g.IntN(len(of))] }

func (g *generator) chance(percent int) bool { return g.IntN(100) < percent }

var properties = map[string]rule.Type{
	"text": rule.Text, "number": rule.Number, "yes": rule.Boolean, "day": rule.Date, "time": rule.Datetime, "list": rule.List, "名 'x' $.[0]? --": rule.Text, "unknown": "",
}

var propertyNames = slices.Sorted(func(yield func(string) bool) {
	for name := range properties {
		if !yield(name) {
			return
		}
	}
})

func (g *generator) newWorld() *world {
	zone, err := time.LoadLocation(one(g, "Asia/Shanghai", "America/Sao_Paulo", "Europe/London", "America/St_Johns", "UTC", "Pacific/Apia", "America/Havana"))
	if err != nil {
		panic(err)
	}
	w := &world{zone: zone, merged: map[uint32]uint32{}, segments: map[string][]uint32{}, types: map[string]map[string]rule.Type{}}
	// Around changes of the clock of most of these zones, ends of months and years.
	w.now = one(g, time.Date(2018, 11, 4, 15, 0, 0, 0, time.UTC), time.Date(2018, 2, 18, 9, 30, 0, 1e6, time.UTC), time.Date(2021, 3, 31, 12, 0, 0, 0, time.UTC),
		time.Date(2012, 1, 1, 4, 0, 0, 0, time.UTC), time.Date(2024, 2, 29, 23, 59, 59, 9e8, time.UTC), time.Date(2017, 3, 12, 20, 0, 0, 0, time.UTC))
	for _, owner := range []string{"ATTRIBUTE", "TAG", "a", "b", "c", "table t"} {
		w.types[owner] = map[string]rule.Type{}
		for _, name := range propertyNames {
			if properties[name] != "" {
				w.types[owner][name] = properties[name]
			}
		}
	}
	g.world = w
	w.subject = one(g, int64(0), 0, 0, 7)
	for n := range uint32(14) {
		h := human{num: n*n*9 + 1, stub: g.chance(10), attrs: g.object(), tags: g.object()}
		if g.chance(15) {
			h.subject = 7
		}
		w.people = append(w.people, h)
		for k := range g.IntN(3) {
			w.ids = append(w.ids, identity{num: h.num, typ: one(g, "phone", "user_id"), value: fmt.Sprint(n, k), invalid: g.chance(20)})
		}
		for _, s := range []string{"seg_1", "seg_2"} {
			if !h.stub && h.subject == w.subject && g.chance(50) {
				w.segments[s] = append(w.segments[s], h.num)
			}
		}
	}
	if g.chance(60) {
		w.merged[5], w.merged[6] = w.people[1].num, w.people[2].num
	}
	pool := make([]int64, 14)
	for i := range pool {
		pool[i] = g.instant().UnixMilli()
	}
	who := func() uint32 {
		if len(w.merged) > 0 && g.chance(15) {
			return one(g, uint32(5), 6)
		}
		return w.people[g.IntN(10)].num // and some without any behaviour
	}
	for range 70 {
		w.events = append(w.events, behaviour{one(g, "a", "b", "c"), who(), one(g, pool...), g.object()})
	}
	for range 30 {
		w.rows = append(w.rows, behaviour{"t", who(), one(g, pool...), g.object()})
	}
	return w
}

// instant is somewhere around now, often at the edge of a day.
func (g *generator) instant() time.Time {
	w := g.world
	day := civil(w.now, w.zone).AddDate(0, 0, one(g, 0, 0, 1, -1, -1, -2, -4, -7, -15, -16, -30, -31, -365, 3, -g.IntN(60)))
	t := time.Date(day.Year(), day.Month(), day.Day(), one(g, 0, 0, 1, 12, 23), 0, 0, 0, w.zone)
	return t.Add(one(g, 0, -time.Millisecond, time.Millisecond, time.Hour, -time.Hour, 30*time.Minute, 12345*time.Millisecond))
}

func (g *generator) word() string {
	return one(g, "a", "ab", "ba", "abc", "B", "茶", "茶a", "a%", "_", "'", "x?y")
}

func (g *generator) number() string {
	return one(g, "0", "1", "1.0", "2", "-3", "2.5", "0.1", "0.2", "0.3", "100", "1e2", "3.333333")
}

// json is a value, usually of the type that is asked for.
func (g *generator) json(typ rule.Type) string {
	if typ == "" || g.chance(12) {
		typ = one(g, rule.Text, rule.Number, rule.Boolean, rule.Date, rule.Datetime, rule.List, rule.Object, "")
	}
	quote := func(s string) string { b, _ := stdjson.Marshal(s); return string(b) } //nolint:errcheck,errchkjson // a string
	switch typ {
	case rule.Text:
		return quote(g.word())
	case rule.Number:
		return g.number()
	case rule.Boolean:
		return one(g, "true", "false")
	case rule.Date:
		return quote(one(g, g.instant().UTC().Format(time.DateOnly), g.instant().UTC().Format(time.DateOnly), "2021-02-30", "2021-2-3"))
	case rule.Datetime:
		return quote(one(g, g.instant().UTC().Format("2006-01-02T15:04:05.000Z"), g.instant().UTC().Format("2006-01-02T15:04:05.000Z"), "2018-11-04T24:00:00.000Z"))
	case rule.List:
		items := []string{}
		for range g.IntN(4) {
			items = append(items, one(g, quote(g.word()), quote(g.word()), "1", "null"))
		}
		return "[" + strings.Join(items, ", ") + "]"
	case rule.Object:
		return `{"a": "b"}`
	}
	return "null"
}

func (g *generator) object() string {
	if g.chance(8) {
		return ""
	}
	var fields []string
	for _, name := range propertyNames {
		if g.chance(70) {
			fields = append(fields, fmt.Sprintf("%q: %s", name, g.json(properties[name])))
		}
	}
	return "{" + strings.Join(fields, ", ") + "}"
}

func (g *generator) store(t *testing.T, db *database.DB) *project {
	t.Helper()
	w := g.world
	p := newProject(t, db, w.zone.String(), w.now)
	p.scope.Subject = w.subject
	p.learn(t, w.types)
	p.people(t, w.people)
	p.events(t, w.events)
	p.rows(t, w.rows)
	p.identities(t, w.ids)
	for loser, winner := range w.merged {
		p.merge(t, loser, winner, false)
	}
	p.merge(t, 9999, w.people[0].num, true)
	return p
}
