package graph

import (
	"mime"
	"strconv"
	"strings"
)

const (
	typeJSON    = "application/json"
	typeGraphQL = "application/graphql-response+json"
	typeEvents  = "text/event-stream"
)

// accepted is what a client takes: the better of the two JSON types, "" when
// neither, and whether it takes a stream of events.
type accepted struct {
	best   string
	events bool
}

func (a accepted) none() bool { return a.best == "" && !a.events }

// json is the type of an answer that is no stream.
func (a accepted) json() string { return orElse(a.best, typeJSON) }

// negotiate reads Accept headers. No header, or one that takes anything, means
// application/json, as the specification says for clients of before it.
func negotiate(headers []string) accepted {
	text := strings.Join(headers, ",")
	if strings.TrimSpace(text) == "" {
		return accepted{best: typeJSON}
	}
	var out accepted
	quality := 0.0
	for part := range strings.SplitSeq(text, ",") {
		kind, attr, err := mime.ParseMediaType(strings.TrimSpace(part))
		if err != nil {
			continue
		}
		q := 1.0
		if given, ok := attr["q"]; ok {
			if q, err = strconv.ParseFloat(given, 64); err != nil || q < 0 || q > 1 {
				continue
			}
		}
		if charset, ok := attr["charset"]; q == 0 || (ok && !strings.EqualFold(charset, "utf-8")) {
			continue
		}
		switch kind {
		case typeEvents:
			out.events = true
			continue
		case typeGraphQL:
		case typeJSON, "*/*", "application/*":
			kind = typeJSON
		default:
			continue
		}
		if q > quality || (q == quality && kind == typeGraphQL) {
			out.best, quality = kind, q
		}
	}
	return out
}
