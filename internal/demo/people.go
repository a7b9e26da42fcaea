package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"tidings/internal/database"
	"tidings/outreach/person"
)

// people is how many the demo has.
const people = 5000

// perStatement keeps transactions on SQLite short.
const perStatement = 1000

// openIDLength is that of WeChat's openids, which begin with an o and share
// their next letters within a mini program.
const (
	openIDLength = 28
	openIDPrefix = "oT1dN5"
	openIDSigns  = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
)

func openID(r *rand.Rand) string {
	b := []byte(openIDPrefix)
	for len(b) < openIDLength {
		b = append(b, openIDSigns[r.IntN(len(openIDSigns))])
	}
	return string(b)
}

// newRand always gives the same numbers: every demo is alike.
func newRand(stream uint64) *rand.Rand {
	return rand.New(rand.NewPCG(20261111, stream)) //nolint:gosec // made-up people need no secrecy
}

// attributesSQL: rows of ID and attributes.
const attributesSQL = `UPDATE persons SET attributes = CAST(u.attributes AS %s) FROM %s WHERE persons.id = u.id`

// populate makes the people with their openids and attributes.
func (w *world) populate(ctx context.Context) error {
	r := newRand(1)
	values := make([]string, people)
	for i := range values {
		values[i] = person.WechatValue(AppID, openID(r))
	}
	slices.Sort(values) // numbers are handed out in this order
	nums, err := person.Resolve(ctx, w.DB, w.project.Num, person.WechatOpenID, values, false)
	if err != nil {
		return fmt.Errorf("make people: %w", err)
	}
	w.openIDs = make([]string, people)
	for i, v := range values {
		w.openIDs[i] = v[len(AppID)+1:]
	}
	kind := "text"
	if w.DB.Postgres() {
		kind = "jsonb"
	}
	r = newRand(2)
	for from := 0; from < people; from += perStatement {
		to := min(from+perStatement, people)
		ids, attributes := make([]int64, 0, perStatement), make([]string, 0, perStatement)
		for _, num := range nums[from:to] {
			text, err := json.Marshal(w.someone(r))
			if err != nil {
				return fmt.Errorf("write attributes: %w", err)
			}
			ids, attributes = append(ids, person.ID(w.project.Num, num)), append(attributes, string(text))
		}
		rows, args := w.DB.Values("u", database.Column{Name: "id", Values: ids}, database.Column{Name: "attributes", Values: attributes})
		if _, err := w.DB.SQL.ExecContext(ctx, w.DB.Rebind(fmt.Sprintf(attributesSQL, kind, rows)), args...); err != nil {
			return fmt.Errorf("store attributes: %w", err)
		}
	}
	return nil
}

var (
	firstHalf  = []string{"小", "阿", "大", "清", "暖", "晚", "慢", "橘", "云", "山"}
	secondHalf = []string{"满", "鹿", "舟", "安", "禾", "柚", "野", "晴", "北", "夏", "糖", "乔", "雨", "岚", "星"}
	cities     = []struct{ province, city string }{
		{"上海", "上海"},
		{"浙江", "杭州"},
		{"江苏", "南京"},
		{"北京", "北京"},
		{"广东", "广州"},
		{"广东", "深圳"},
		{"四川", "成都"},
		{"湖北", "武汉"},
		{"陕西", "西安"},
		{"福建", "厦门"},
	}
	favourites = []string{"手冲咖啡礼盒", "冷萃即饮拿铁", "挂耳咖啡组合装", "海盐可颂", "意式拼配豆", "燕麦拿铁"}
	levels     = []struct {
		name          string
		share, points int // of a hundred people; points at most
	}{
		{"普通会员", 55, 800}, {"银卡会员", 25, 3000}, {"金卡会员", 15, 9000}, {"黑金会员", 5, 30000},
	}
)

// someone is what the shop knows of a person. Some things it does not know of
// everybody: a message that needs one is then not sent.
func (w *world) someone(r *rand.Rand) map[string]any {
	where := cities[r.IntN(len(cities))]
	level := levels[0]
	for draw, i := r.IntN(100), 0; i < len(levels); i++ {
		if level = levels[i]; draw < level.share {
			break
		}
		draw -= level.share
	}
	now := w.Clock.Now().In(w.zone)
	out := map[string]any{
		"gender":        []string{"女", "男"}[r.IntN(2)],
		"city":          where.city,
		"province":      where.province,
		"member_level":  level.name,
		"points":        r.IntN(level.points),
		"favourite":     favourites[r.IntN(len(favourites))],
		"registered_at": now.AddDate(0, 0, -r.IntN(400)).Format(time.DateOnly),
	}
	if r.IntN(100) < 94 {
		out["nickname"] = firstHalf[r.IntN(len(firstHalf))] + secondHalf[r.IntN(len(secondHalf))]
	}
	if r.IntN(100) < 85 {
		out["birthday"] = fmt.Sprintf("%d-%02d-%02d", 1975+r.IntN(32), 1+r.IntN(12), 1+r.IntN(28))
	}
	if r.IntN(100) < 92 {
		out["last_order_no"] = fmt.Sprintf("SO%s%06d", now.AddDate(0, 0, -r.IntN(60)).Format("20060102"), r.IntN(1_000_000))
		out["last_order_amount"] = fmt.Sprintf("%d.%02d", 18+r.IntN(480), r.IntN(100))
	}
	return out
}
