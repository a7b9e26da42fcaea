package compile

import (
	"slices"
	"strings"
)

// bought is a behaviour leaf about purchases, with more fields.
func bought(more string) string { return `{"op":"EVENT","event":"purchase"` + more + `}` }

// listed is the same of the detail table.
func listed(more string) string { return `{"op":"ROWS","table":"purchases"` + more + `}` }

func both(op string, nodes ...string) string {
	return `{"op":"` + op + `","nodes":[` + strings.Join(nodes, ",") + `]}`
}

func measure(of, name, test, values string) string {
	m := `,"measure":{"of":"` + of + `"`
	if name != "" {
		m += `,"name":"` + name + `"`
	}
	return m + `},"compare":{"test":"` + test + `","values":[` + values + `]}`
}

func during(window string) string { return `,"window":{` + window + `}` }

func filter(name, test string) string {
	return `{"op":"PROPERTY","name":"` + name + `","test":{` + test + `}}`
}

func attribute(name, test string) string {
	return `{"op":"ATTRIBUTE","name":"` + name + `","test":{` + test + `}}`
}

func tag(name, test string) string {
	return `{"op":"TAG","name":"` + name + `","test":{` + test + `}}`
}

func sequence(steps int, more string) string {
	return `{"op":"SEQUENCE","steps":[` + strings.TrimSuffix(strings.Repeat(`{"event":"purchase"},`, steps), ",") + `]` + more + `}`
}

const firstPurchase = `"event":{"event":"purchase","pick":"FIRST"}`

// The day is 30 June 2022, noon in Shanghai: a Thursday.
var purchaseRules = []struct {
	name, rule        string
	want              func(c *customer) bool
	nobody, everybody bool
}{
	// Measures.
	{name: "at least five purchases", rule: bought(`,"compare":{"test":"GE","values":[5]}`), want: func(c *customer) bool { return len(c.purchases) >= 5 }},
	{name: "exactly one purchase", rule: bought(measure("TIMES", "", "EQ", "1")), want: func(c *customer) bool { return len(c.purchases) == 1 }},
	{name: "not exactly two purchases", rule: bought(measure("TIMES", "", "NE", "2")), want: func(c *customer) bool { return len(c.purchases) != 2 }},
	{name: "fewer than three purchases", rule: bought(measure("TIMES", "", "LT", "3")), want: func(c *customer) bool { return len(c.purchases) < 3 }},
	{name: "three to six purchases", rule: bought(measure("TIMES", "", "BETWEEN", "3,6")), want: func(c *customer) bool { return len(c.purchases) >= 3 && len(c.purchases) <= 6 }},
	{name: "a total over 200", rule: bought(measure("SUM", "amount", "GT", "200")), want: func(c *customer) bool { return c.sum(every) > 20000 }},
	{name: "a total of exactly 29.33", rule: bought(measure("SUM", "amount", "EQ", "29.33")), want: func(c *customer) bool { return c.sum(every) == 2933 }},
	{name: "an average of at most 12.5", rule: bought(measure("AVG", "amount", "LE", "12.5")), want: func(c *customer) bool { return c.sum(every) <= 1250*int64(len(c.purchases)) }},
	{name: "a smallest purchase of at least 30", rule: bought(measure("MIN", "amount", "GE", "30")), want: func(c *customer) bool {
		return c.count(func(p purchase) bool { return p.cents < 3000 }) == 0
	}},
	{name: "a largest purchase under 20", rule: bought(measure("MAX", "amount", "LT", "20")), want: func(c *customer) bool {
		return c.count(func(p purchase) bool { return p.cents >= 2000 }) == 0
	}},
	{name: "purchases on four days or more", rule: bought(measure("DAYS", "", "GE", "4")), want: func(c *customer) bool { return c.days(every) >= 4 }},
	{name: "three different quantities", rule: bought(measure("DISTINCT", "quantity", "EQ", "3")), want: func(c *customer) bool {
		seen := map[int]bool{}
		for _, p := range c.purchases {
			seen[p.quantity] = true
		}
		return len(seen) == 3
	}},
	{name: "rows: a total over 500", rule: listed(measure("SUM", "amount", "GT", "500")), want: func(c *customer) bool { return c.sum(every) > 50000 }},
	{name: "rows: two or more, which are real even on one day", rule: listed(measure("ROWS", "", "GE", "2")), want: func(c *customer) bool { return len(c.purchases) >= 2 }},
	{name: "rows: none in 2022", rule: listed(`,"did":false` + during(`"kind":"BETWEEN","from":"2022-01-01"`)), want: func(c *customer) bool { return c.count(from("2022-01-01", "9")) == 0 }},

	// Filters.
	{name: "two purchases over 50", rule: bought(`,"where":` + filter("amount", `"test":"GT","values":[50]`) + measure("TIMES", "", "GE", "2")), want: func(c *customer) bool {
		return c.count(func(p purchase) bool { return p.cents > 5000 }) >= 2
	}},
	{name: "a purchase of five or more, or over 100", rule: bought(`,"where":` + both("OR", filter("quantity", `"test":"GE","values":[5]`), filter("amount", `"test":"GT","values":[100]`))), want: func(c *customer) bool {
		return c.count(func(p purchase) bool { return p.quantity >= 5 || p.cents > 10000 }) > 0
	}},
	{name: "a purchase in a month that matches a pattern", rule: bought(`,"where":` + filter("month", `"test":"MATCHES","values":["-0[24]$"]`)), want: func(c *customer) bool {
		return slices.ContainsFunc(c.months(), func(m string) bool { return strings.HasSuffix(m, "-02") || strings.HasSuffix(m, "-04") })
	}},
	{name: "a single one in spring: filters with AND", rule: bought(`,"where":` + both("AND", filter("quantity", `"test":"EQ","values":[1]`), filter("month", `"test":"IN","values":["2021-03","2021-04","2021-05"]`))), want: func(c *customer) bool {
		return c.count(func(p purchase) bool { return p.quantity == 1 && p.date >= "2021-03" && p.date < "2021-06" }) > 0
	}},

	// Windows, fixed and relative.
	{name: "bought in March 2021", rule: bought(during(`"kind":"BETWEEN","from":"2021-03-01","to":"2021-03-31"`)), want: func(c *customer) bool { return c.count(from("2021-03-01", "2021-03-31")) > 0 }},
	{name: "bought until an instant", rule: bought(during(`"kind":"BETWEEN","to":"2021-01-03T00:00:00+08:00"`)), want: func(c *customer) bool { return c.count(from("2021-01-01", "2021-01-02")) > 0 }},
	{name: "did not buy in the last 400 days", rule: bought(`,"did":false` + during(`"kind":"LAST","value":400,"unit":"DAY"`)), want: func(c *customer) bool { return c.count(from("2021-05-27", "2022-06-30")) == 0 }},
	{name: "the last seven days with today", rule: bought(during(`"kind":"LAST","value":7,"unit":"DAY","today":true`)), want: func(c *customer) bool { return c.count(from("2022-06-24", "2022-06-30")) > 0 }},
	{name: "the last seven days without today", rule: bought(during(`"kind":"LAST","value":7,"unit":"DAY","today":false`)), want: func(c *customer) bool { return c.count(from("2022-06-23", "2022-06-29")) > 0 }},
	{name: "the last two weeks", rule: bought(during(`"kind":"LAST","value":2,"unit":"WEEK"`)), want: func(c *customer) bool { return c.count(from("2022-06-17", "2022-06-30")) > 0 }},
	{name: "the last three months until yesterday", rule: bought(during(`"kind":"LAST","value":3,"unit":"MONTH","today":false`)), want: func(c *customer) bool { return c.count(from("2022-03-30", "2022-06-29")) > 0 }},
	{name: "the last year", rule: bought(during(`"kind":"LAST","value":1,"unit":"YEAR"`) + measure("TIMES", "", "GE", "10")), want: func(c *customer) bool { return c.count(from("2021-07-01", "2022-06-30")) >= 10 }},
	{name: "the last 36 hours", rule: bought(during(`"kind":"LAST","value":36,"unit":"HOUR"`)), want: func(c *customer) bool { return c.count(from("2022-06-29", "2022-06-30")) > 0 }},
	{name: "today", rule: bought(during(`"kind":"THIS","unit":"DAY"`)), want: func(c *customer) bool { return c.count(from("2022-06-30", "2022-06-30")) > 0 }},
	{name: "this week", rule: bought(during(`"kind":"THIS","unit":"WEEK"`)), want: func(c *customer) bool { return c.count(from("2022-06-27", "2022-07-03")) > 0 }},
	{name: "this half of the month", rule: bought(during(`"kind":"THIS","unit":"HALF_MONTH"`)), want: func(c *customer) bool { return c.count(from("2022-06-16", "2022-06-30")) > 0 }},
	{name: "this month", rule: bought(during(`"kind":"THIS","unit":"MONTH"`)), want: func(c *customer) bool { return c.count(from("2022-06-01", "2022-06-30")) > 0 }},
	{name: "this quarter", rule: bought(during(`"kind":"THIS","unit":"QUARTER"`)), want: func(c *customer) bool { return c.count(from("2022-04-01", "2022-06-30")) > 0 }},
	{name: "this year", rule: bought(during(`"kind":"THIS","unit":"YEAR"`)), want: func(c *customer) bool { return c.count(from("2022-01-01", "2022-12-31")) > 0 }},
	{name: "two to four days ago", rule: bought(during(`"kind":"DAYS","from":-4,"to":-2`)), want: func(c *customer) bool { return c.count(from("2022-06-26", "2022-06-28")) > 0 }},
	{name: "before 500 days ago", rule: bought(during(`"kind":"DAYS","to":-500`)), want: func(c *customer) bool { return c.count(from("2021-01-01", "2021-02-15")) > 0 }},
	{name: "the next seven days, with today", rule: bought(during(`"kind":"NEXT","value":7,"unit":"DAY"`)), want: func(c *customer) bool { return c.count(from("2022-06-30", "2022-07-06")) > 0 }},
	{name: "after tomorrow", rule: bought(during(`"kind":"DAYS","from":2`)), want: func(*customer) bool { return false }, nobody: true},
	{name: "at any time", rule: bought(during(`"kind":"ALWAYS"`)), want: func(*customer) bool { return true }, everybody: true},

	// Windows relative to each one's own purchases or registration.
	{
		name: "bought in March 2021, and not in the 180 days after the month", rule: both("AND",
			bought(during(`"kind":"BETWEEN","from":"2021-03-01","to":"2021-03-31"`)), bought(`,"did":false`+during(`"kind":"BETWEEN","from":"2021-04-01","to":"2021-09-27"`))),
		want: func(c *customer) bool {
			return c.count(from("2021-03-01", "2021-03-31")) > 0 && c.count(from("2021-04-01", "2021-09-27")) == 0
		},
	},
	{
		name: "bought in March 2021, and not in the 180 days after the last time in it", rule: both("EXCLUDE",
			bought(during(`"kind":"BETWEEN","from":"2021-03-01","to":"2021-03-31"`)),
			bought(during(`"kind":"ANCHOR","event":{"event":"purchase","pick":"LAST","window":{"kind":"BETWEEN","from":"2021-03-01","to":"2021-03-31"}},"after":{"value":180,"unit":"DAY"}`))),
		want: func(c *customer) bool {
			last, ok := c.lastIn("2021-03-01", "2021-03-31")
			return ok && c.count(func(p purchase) bool { return p.day > last.day && p.day <= last.day+180 }) == 0
		},
	},
	{name: "a second purchase within 30 days of the first", rule: bought(during(`"kind":"ANCHOR",` + firstPurchase + `,"after":{"value":30,"unit":"DAY"}`)), want: func(c *customer) bool {
		return c.count(func(p purchase) bool { return p.day > c.first().day && p.day <= c.first().day+30 }) > 0
	}},
	{name: "any purchase and another within 30 days", rule: sequence(2, `,"within":{"value":30,"unit":"DAY"}`), want: func(c *customer) bool {
		return c.pairs(func(days int) bool { return days > 0 && days <= 30 })
	}},
	{name: "three or more in the week around the first, both ends included", rule: bought(during(`"kind":"ANCHOR",`+firstPurchase+`,"before":{"value":3,"unit":"DAY"},"after":{"value":72,"unit":"HOUR"}`) + measure("TIMES", "", "GE", "3")), want: func(c *customer) bool {
		return c.count(func(p purchase) bool { return p.day <= c.first().day+3 }) >= 3
	}},
	{name: "two on the day of the first", rule: bought(during(`"kind":"ANCHOR",`+firstPurchase+`,"same":"DAY"`) + measure("TIMES", "", "GE", "2")), want: func(c *customer) bool {
		return c.count(func(p purchase) bool { return p.day == c.first().day }) >= 2
	}},
	{name: "on two days of the week of registration", rule: bought(during(`"kind":"ANCHOR","attribute":"registered_at","same":"WEEK"`) + measure("DAYS", "", "GE", "2")), want: func(c *customer) bool {
		// Day 4 was a Monday.
		return c.days(func(p purchase) bool { return (p.day-4)/7 == (c.first().day-4)/7 }) >= 2
	}},
	{name: "rows: on three days of the month of the last purchase", rule: listed(during(`"kind":"ANCHOR","event":{"event":"purchase","pick":"LAST"},"same":"MONTH"`) + measure("DAYS", "", "GE", "3")), want: func(c *customer) bool {
		return c.days(func(p purchase) bool { return p.date[:7] == c.last().date[:7] }) >= 3
	}},
	{name: "nothing in the 90 days before the last purchase", rule: both("AND", bought(measure("DAYS", "", "GE", "2")),
		bought(`,"did":false`+during(`"kind":"ANCHOR","event":{"event":"purchase","pick":"LAST"},"before":{"value":90,"unit":"DAY"}`))), want: func(c *customer) bool {
		return c.days(every) >= 2 && c.count(func(p purchase) bool { return p.day < c.last().day && p.day >= c.last().day-90 }) == 0
	}},

	// Sequences.
	{name: "four purchases one after the other, never more than 20 days apart", rule: sequence(4, `,"within":{"value":20,"unit":"DAY"}`), want: func(c *customer) bool {
		best := map[int]int{} // by day, the longest chain that ends there
		for _, p := range c.purchases {
			best[p.day] = max(best[p.day], 1)
			for day, n := range best {
				if day < p.day && p.day-day <= 20 {
					best[p.day] = max(best[p.day], n+1)
				}
			}
			if best[p.day] >= 4 {
				return true
			}
		}
		return false
	}},
	{name: "not two purchases on different days in 2021", rule: sequence(2, `,"did":false`+during(`"kind":"BETWEEN","from":"2021-01-01","to":"2021-12-31"`)), want: func(c *customer) bool {
		return c.days(from("2021-01-01", "2021-12-31")) < 2
	}},
	{name: "a small one, then one over 100", rule: `{"op":"SEQUENCE","steps":[{"event":"purchase","where":` + filter("amount", `"test":"LT","values":[15]`) + `},{"event":"purchase","where":` + filter("amount", `"test":"GT","values":[100]`) + `}]}`, want: func(c *customer) bool {
		for _, a := range c.purchases {
			if a.cents < 1500 && c.count(func(p purchase) bool { return p.day > a.day && p.cents > 10000 }) > 0 {
				return true
			}
		}
		return false
	}},
	{name: "two in one month, linked by it", rule: sequence(2, `,"link":"month"`), want: func(c *customer) bool {
		for _, a := range c.purchases {
			if c.count(func(p purchase) bool { return p.day > a.day && p.date[:7] == a.date[:7] }) > 0 {
				return true
			}
		}
		return false
	}},

	// Attributes, tags, IDs, segments.
	{name: "size not in, among those who have one", rule: attribute("size", `"test":"NOT_IN_TAGGED","values":["small"]`), want: func(c *customer) bool { return c.size() != "" && c.size() != "small" }},
	{name: "size not in, among all", rule: attribute("size", `"test":"NOT_IN_ALL","values":["small"]`), want: func(c *customer) bool { return c.size() != "small" }},
	{name: "size is one of two", rule: attribute("size", `"test":"IN","values":["small","large"]`), want: func(c *customer) bool { return c.size() == "small" || c.size() == "large" }},
	{name: "size is null", rule: attribute("size", `"test":"IS_NULL"`), want: func(c *customer) bool { return len(c.purchases) < 2 }},
	{name: "size is not null", rule: attribute("size", `"test":"NOT_NULL"`), want: func(c *customer) bool { return len(c.purchases) >= 2 }},
	{name: "size contains", rule: attribute("size", `"test":"CONTAINS","values":["ediu"]`), want: func(c *customer) bool { return c.size() == "medium" }},
	{name: "size does not contain", rule: attribute("size", `"test":"NOT_CONTAINS","values":["a"]`), want: func(c *customer) bool { return c.size() == "medium" }},
	{name: "size starts with", rule: attribute("size", `"test":"STARTS_WITH","values":["s"]`), want: func(c *customer) bool { return c.size() == "small" }},
	{name: "size ends with", rule: attribute("size", `"test":"ENDS_WITH","values":["ge"]`), want: func(c *customer) bool { return c.size() == "large" }},
	{name: "rank matches a pattern", rule: tag("rank", `"test":"MATCHES","values":["^r[13579]$"]`), want: func(c *customer) bool { return c.num%2 == 1 }},
	{name: "total is between", rule: attribute("total", `"test":"BETWEEN","values":[29.33,50]`), want: func(c *customer) bool { return c.sum(every) >= 2933 && c.sum(every) <= 5000 }},
	{name: "total is less or equal", rule: attribute("total", `"test":"LE","values":[12]`), want: func(c *customer) bool { return c.sum(every) <= 1200 }},
	{name: "total is not", rule: attribute("total", `"test":"NE","values":[11.77]`), want: func(c *customer) bool { return c.sum(every) != 1177 }},
	{name: "loyal", rule: attribute("loyal", `"test":"IS_TRUE"`), want: func(c *customer) bool { return len(c.purchases) >= 5 }},
	{name: "not loyal", rule: attribute("loyal", `"test":"IS_FALSE"`), want: func(c *customer) bool { return len(c.purchases) < 5 }},
	{name: "first day in the second half of January", rule: attribute("first_day", `"test":"DURING","window":{"kind":"BETWEEN","from":"2021-01-16","to":"2021-01-31"}`), want: func(c *customer) bool {
		return c.first().date >= "2021-01-16" && c.first().date <= "2021-01-31"
	}},
	{name: "registered more than 500 days ago", rule: attribute("registered_at", `"test":"DURING","window":{"kind":"DAYS","to":-500}`), want: func(c *customer) bool { return c.first().date <= "2021-02-15" }},
	{name: "bought in January or December 2021 by the list", rule: tag("months", `"test":"ANY_OF","values":["2021-01","2021-12"]`), want: func(c *customer) bool {
		return c.count(from("2021-01-01", "2021-01-31"))+c.count(from("2021-12-01", "2021-12-31")) > 0
	}},
	{name: "bought in all of three months by the list", rule: tag("months", `"test":"ALL_OF","values":["2021-01","2021-02","2021-03"]`), want: func(c *customer) bool {
		return c.count(from("2021-01-01", "2021-01-31")) > 0 && c.count(from("2021-02-01", "2021-02-29")) > 0 && c.count(from("2021-03-01", "2021-03-31")) > 0
	}},
	{name: "bought in none of two months by the list", rule: tag("months", `"test":"NONE_OF","values":["2021-01","2021-02"]`), want: func(c *customer) bool { return c.first().date >= "2021-03" }},
	{name: "has months", rule: tag("months", `"test":"NOT_EMPTY"`), want: func(*customer) bool { return true }, everybody: true},
	{name: "has no months", rule: tag("months", `"test":"IS_EMPTY"`), want: func(*customer) bool { return false }, nobody: true},
	{name: "has a phone (R25)", rule: `{"op":"IDENTITY","idType":"phone"}`, want: func(c *customer) bool { return c.num%3 == 0 }},
	{name: "has no phone (R25)", rule: `{"op":"IDENTITY","idType":"phone","has":false}`, want: func(c *customer) bool { return c.num%3 != 0 }},
	{name: "in a segment", rule: `{"op":"SEGMENT","segment":"seg_x"}`, want: func(c *customer) bool { return slices.Contains([]uint32{1, 2, 3, 500}, c.num) }},
	{name: "not in a segment", rule: `{"op":"SEGMENT","segment":"seg_x","in":false}`, want: func(c *customer) bool { return !slices.Contains([]uint32{1, 2, 3, 500}, c.num) }},

	// Together.
	{
		name: "large or loyal, without those who bought in June 2022, and with a phone", rule: both("AND",
			both("EXCLUDE", both("OR", attribute("size", `"test":"IN","values":["large"]`), attribute("loyal", `"test":"IS_TRUE"`)), bought(during(`"kind":"THIS","unit":"MONTH"`))),
			`{"op":"IDENTITY","idType":"phone"}`),
		want: func(c *customer) bool {
			return (c.size() == "large" || len(c.purchases) >= 5) && c.count(from("2022-06-01", "2022-06-30")) == 0 && c.num%3 == 0
		},
	},
}
