package compile

import (
	"compress/gzip"
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/stretchr/testify/require"

	"tidings/internal/database"
	"tidings/internal/testdb"
	"tidings/outreach/audience/rule"
)

// purchase is a line of the file; customer is one who bought.
type purchase struct {
	date     string
	day      int // since the epoch
	quantity int
	cents    int64
}

type customer struct {
	num       uint32
	purchases []purchase // by date
}

// The expected answers below are worked out from these, with loops over dates
// as text and whole days; nothing of what is tested takes part.

func (c *customer) count(keep func(purchase) bool) int {
	n := 0
	for _, p := range c.purchases {
		if keep(p) {
			n++
		}
	}
	return n
}

func (c *customer) sum(keep func(purchase) bool) (cents int64) {
	for _, p := range c.purchases {
		if keep(p) {
			cents += p.cents
		}
	}
	return cents
}

func every(purchase) bool { return true }

func from(first, last string) func(purchase) bool {
	return func(p purchase) bool { return p.date >= first && p.date <= last }
}

func (c *customer) days(keep func(purchase) bool) int {
	seen := map[string]bool{}
	for _, p := range c.purchases {
		if keep(p) {
			seen[p.date] = true
		}
	}
	return len(seen)
}

func (c *customer) first() purchase { return c.purchases[0] }
func (c *customer) last() purchase  { return c.purchases[len(c.purchases)-1] }

// lastIn is the last purchase of a stretch of days.
func (c *customer) lastIn(first, last string) (out purchase, ok bool) {
	for _, p := range c.purchases {
		if from(first, last)(p) {
			out, ok = p, true
		}
	}
	return out, ok
}

// pairs tells whether some purchase is some days after another.
func (c *customer) pairs(ok func(days int) bool) bool {
	for _, a := range c.purchases {
		for _, b := range c.purchases {
			if ok(b.day - a.day) {
				return true
			}
		}
	}
	return false
}

func (c *customer) months() []string {
	var out []string
	for _, p := range c.purchases {
		if m := p.date[:7]; !slices.Contains(out, m) {
			out = append(out, m)
		}
	}
	return out
}

// size is an attribute that only those who bought twice have.
func (c *customer) size() string {
	switch total := c.sum(every); {
	case len(c.purchases) < 2:
		return ""
	case total < 5000:
		return "small"
	case total < 20000:
		return "medium"
	}
	return "large"
}

func readPurchases(t *testing.T) []*customer {
	t.Helper()
	f, err := os.Open("testdata/purchases.csv.gz")
	require.NoError(t, err)
	defer func() { _ = f.Close() }()
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	lines, err := csv.NewReader(z).ReadAll()
	require.NoError(t, err)
	byID := map[string]*customer{}
	var out []*customer
	for _, l := range lines[1:] {
		c := byID[l[0]]
		if c == nil {
			c = &customer{num: uint32(len(out) + 1)} //nolint:gosec // some thousands
			byID[l[0]] = c
			out = append(out, c)
		}
		day, err := time.Parse(time.DateOnly, l[1])
		require.NoError(t, err)
		quantity, err := strconv.Atoi(l[2])
		require.NoError(t, err)
		cents, err := strconv.ParseInt(strings.Replace(l[3], ".", "", 1), 10, 64)
		require.NoError(t, err)
		c.purchases = append(c.purchases, purchase{l[1], int(day.Unix() / 86400), quantity, cents})
	}
	for _, c := range out {
		slices.SortStableFunc(c.purchases, func(a, b purchase) int { return a.day - b.day })
	}
	require.Len(t, out, 11772)
	return out
}

// storePurchases puts them into a project: as events, as detail rows, and what
// they add up to as attributes and tags. A purchase is at midnight in Shanghai.
func storePurchases(t *testing.T, db *database.DB, customers []*customer) *project {
	t.Helper()
	p := newProject(t, db, "Asia/Shanghai", time.Date(2022, 6, 30, 4, 0, 0, 0, time.UTC))
	money := map[string]rule.Type{"amount": rule.Number, "quantity": rule.Number, "month": rule.Text}
	p.learn(t, map[string]map[string]rule.Type{
		"purchase": money, "table purchases": money,
		"ATTRIBUTE": {"size": rule.Text, "total": rule.Number, "loyal": rule.Boolean, "first_day": rule.Date, "registered_at": rule.Datetime},
		"TAG":       {"months": rule.List, "rank": rule.Text},
	})
	var (
		people []human
		events []behaviour
		ids    []identity
	)
	for _, c := range customers {
		attrs := fmt.Sprintf(`{"total": %s, "loyal": %v, "first_day": %q, "registered_at": %q`, amount(c.sum(every)), len(c.purchases) >= 5, c.first().date,
			time.Unix(int64(c.first().day)*86400-8*3600, 0).UTC().Format("2006-01-02T15:04:05.000Z"))
		if s := c.size(); s != "" {
			attrs += fmt.Sprintf(`, "size": %q`, s)
		}
		people = append(people, human{num: c.num, attrs: attrs + "}", tags: fmt.Sprintf(`{"months": ["%s"], "rank": "r%d"}`, strings.Join(c.months(), `", "`), c.num%10)})
		if c.num%3 == 0 {
			ids = append(ids, identity{num: c.num, typ: "phone", value: strconv.Itoa(int(c.num))})
		}
		for _, b := range c.purchases {
			events = append(events, behaviour{
				"purchase", c.num, (int64(b.day)*86400 - 8*3600) * 1000,
				fmt.Sprintf(`{"amount": %s, "quantity": %d, "month": %q}`, amount(b.cents), b.quantity, b.date[:7]),
			})
		}
	}
	p.people(t, people)
	p.identities(t, ids)
	p.events(t, events)
	for i := range events {
		events[i].name = "purchases"
	}
	p.rows(t, events)
	return p
}

func amount(cents int64) string { return fmt.Sprintf("%d.%02d", cents/100, cents%100) }

func TestRulesOnRealPurchases(t *testing.T) {
	t.Parallel()
	customers := readPurchases(t)
	require.GreaterOrEqual(t, len(purchaseRules), 40)
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		p := storePurchases(t, db, customers)
		if db.Postgres() {
			_, err := db.SQL.ExecContext(context.Background(), "ANALYZE events; ANALYZE persons; ANALYZE detail_rows")
			require.NoError(t, err)
		}
		for _, r := range purchaseRules {
			t.Run(r.name, func(t *testing.T) {
				t.Parallel()
				tree, err := rule.Parse([]byte(r.rule))
				require.NoError(t, err)
				found, err := (&Evaluator{DB: db}).Evaluate(context.Background(), p.scope, tree, Options{
					Segment: func(context.Context, string) (*roaring.Bitmap, error) {
						return roaring.BitmapOf(1, 2, 3, 500), nil
					},
				})
				require.NoError(t, err)
				want := []uint32{}
				for _, c := range customers {
					if r.want(c) {
						want = append(want, c.num)
					}
				}
				if !r.nobody {
					require.NotEmpty(t, want, "a rule that selects nobody shows little")
				}
				if !r.everybody {
					require.Less(t, len(want), len(customers), "a rule that selects everybody shows little")
				}
				got := append([]uint32{}, found.ToArray()...)
				require.Len(t, got, len(want))
				require.Equal(t, want, got)
			})
		}
	})
}
