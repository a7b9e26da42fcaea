package demo

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"time"

	enteventsource "tidings/ent/eventsource"
	enteventtype "tidings/ent/eventtype"
	entproperty "tidings/ent/property"
	"tidings/outreach/event"
	"tidings/outreach/person"
)

const (
	// WriteKey is the key with which SDKs send to the demo.
	WriteKey = "demo-write-key"
	// active is how many of the demo's people did something lately.
	active = 600
	// sinceDays is how far back their behaviour goes.
	sinceDays = 90
	// perBatch is how many events a request of the demo's carries.
	perBatch = 300
)

// shown are the names that people read for what the demo's data calls otherwise.
var shown = map[string]string{
	"app_open": "打开小程序", "product_viewed": "浏览商品", "cart_added": "加入购物车", "purchase": "购买", "coupon_claimed": "领取优惠券",
	"gender": "性别", "city": "城市", "province": "省份", "member_level": "会员等级", "points": "积分", "favourite": "最爱商品", "registered_at": "注册日期",
	"nickname": "昵称", "birthday": "生日", "last_order_no": "最近订单号", "last_order_amount": "最近订单金额",
	"product": "商品", "price": "单价", "amount": "金额", "quantity": "件数", "order_id": "订单号", "coupon": "优惠券", "scene": "场景", "categories": "品类",
	"interest": "兴趣", "lifecycle": "生命周期",
}

// behave lets some of the people do things, through the door by which SDKs send,
// and the catalogue learn from it.
func (w *world) behave(ctx context.Context) error {
	sources, catalogue := event.NewSources(w.DB), event.NewCatalogue(w.DB)
	row, err := sources.CreateWithKey(w.as(ctx, admin), "demo", enteventsource.KindRealtime, WriteKey)
	if err != nil {
		return fmt.Errorf("make event source: %w", err)
	}
	source := &event.Source{ID: row.ID, ProjectID: w.project.ID, Num: row.Num, ProjectNum: w.project.Num}
	store := event.NewStore(event.Deps{DB: w.DB, Clock: w.Clock, People: person.NewResolver(w.DB), Catalogue: catalogue, Log: w.Log})
	running, stop := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() { defer close(ended); store.Run(running) }()
	defer func() { stop(); <-ended }()

	r := newRand(6)
	var items []event.Item
	flush := func() error {
		res, err := store.Add(ctx, source, &event.Batch{Items: items})
		if err != nil {
			return fmt.Errorf("send events: %w", err)
		}
		if len(res.Refused) > 0 {
			return fmt.Errorf("send events: %+v", res.Refused[0])
		}
		items = items[:0]
		return nil
	}
	for i := range active {
		for _, m := range w.lately(r, i) {
			raw, err := json.Marshal(m)
			if err != nil {
				return fmt.Errorf("write event: %w", err)
			}
			items = append(items, event.Item{Raw: raw})
		}
		if len(items) >= perBatch || i == active-1 {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	// They arrived as they happened, and not all of them when the demo was made: a
	// backtest would take them for late.
	if err := w.exec(ctx, statement{"UPDATE events SET received_at = at WHERE project_num = ?", []any{w.project.Num}}); err != nil {
		return err
	}
	if err := w.label(ctx, catalogue, r); err != nil {
		return err
	}
	return w.name(ctx)
}

// lately is what one person did: they came, looked, and some of them bought.
func (w *world) lately(r *rand.Rand, who int) []map[string]any {
	user := fmt.Sprintf("M%06d", who+1)
	ids := map[string]any{"externalIds": []map[string]string{{"type": person.WechatOpenID, "id": person.WechatValue(AppID, w.openIDs[who])}}}
	out := []map[string]any{{"type": "identify", "userId": user, "context": ids}}
	now := w.Clock.Now()
	for range 1 + r.IntN(4) {
		at := now.Add(-time.Duration(1+r.IntN(sinceDays*24*60-60)) * time.Minute)
		add := func(name string, props map[string]any) {
			at = at.Add(time.Duration(5+r.IntN(90)) * time.Second)
			out = append(out, map[string]any{"type": "track", "userId": user, "event": name, "timestamp": at.Format(time.RFC3339), "properties": props})
		}
		add("app_open", map[string]any{"scene": []string{"扫码", "分享", "搜索", "订阅消息"}[r.IntN(4)]})
		product, price := favourites[r.IntN(len(favourites))], 1800+r.IntN(8000)
		add("product_viewed", map[string]any{"product": product, "price": float64(price) / 100, "categories": []string{"咖啡", []string{"手冲", "即饮", "烘焙"}[r.IntN(3)]}})
		if r.IntN(3) == 0 {
			add("coupon_claimed", map[string]any{"coupon": []string{"满50减10", "新品第二件半价"}[r.IntN(2)]})
		}
		if r.IntN(2) == 0 {
			continue
		}
		n := 1 + r.IntN(3)
		add("cart_added", map[string]any{"product": product, "quantity": n})
		if r.IntN(3) > 0 {
			add("purchase", map[string]any{"order_id": fmt.Sprintf("SO%08d", r.IntN(100_000_000)), "product": product, "quantity": n, "amount": float64(price*n) / 100})
		}
	}
	return out
}

// label gives some people tags, and lets the catalogue learn these and the attributes.
func (w *world) label(ctx context.Context, catalogue *event.Catalogue, r *rand.Rand) error {
	attributes, err := json.Marshal(w.someone(newRand(7)))
	if err != nil {
		return fmt.Errorf("write attributes: %w", err)
	}
	fit, err := catalogue.Fitter(ctx, w.project.ID)
	if err != nil {
		return fmt.Errorf("read catalogue: %w", err)
	}
	fit.Fit(event.Attributes, attributes, false)
	fit.Fit(event.Tags, []byte(`{"interest":["手冲"],"lifecycle":"活跃"}`), false)
	if err := fit.Learn(ctx); err != nil {
		return fmt.Errorf("fill catalogue: %w", err)
	}
	key := make([]person.Claim, active)
	for i := range key {
		key[i].Keys = []person.Key{{Type: person.WechatOpenID, Value: person.WechatValue(AppID, w.openIDs[i])}}
	}
	nums, err := person.NewResolver(w.DB).Identify(ctx, w.project.Num, key)
	if err != nil {
		return fmt.Errorf("find people: %w", err)
	}
	changes := make([]person.Change, active)
	for i, num := range nums {
		tags, err := json.Marshal(map[string]any{
			"interest": [][]string{{"手冲"}, {"即饮"}, {"手冲", "烘焙"}, {"即饮", "烘焙"}}[r.IntN(4)], "lifecycle": []string{"新客", "活跃", "沉睡"}[r.IntN(3)],
		})
		if err != nil {
			return fmt.Errorf("write tags: %w", err)
		}
		changes[i] = person.Change{Num: num, Tags: tags}
	}
	return w.DB.SQLTx(ctx, func(tx *sql.Tx) error { return person.Set(ctx, w.DB, tx, w.project.Num, changes) })
}

// name gives what was learned the names that people read.
func (w *world) name(ctx context.Context) error {
	for name, label := range shown {
		if err := w.DB.Ent.EventType.Update().Where(enteventtype.ProjectID(w.project.ID), enteventtype.Name(name)).SetDisplayName(label).Exec(ctx); err != nil {
			return fmt.Errorf("name event: %w", err)
		}
		if err := w.DB.Ent.Property.Update().Where(entproperty.ProjectID(w.project.ID), entproperty.Name(name)).SetDisplayName(label).Exec(ctx); err != nil {
			return fmt.Errorf("name property: %w", err)
		}
	}
	return nil
}
