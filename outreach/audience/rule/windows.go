package rule

func anyKind(Kind) bool { return true }

// window reads a stretch of time; absent is nil, which is always.
func (o *object) window(key string, allowed func(Kind) bool) *Window {
	v, given := o.get(key)
	if !given {
		return nil
	}
	w, ok := o.p.object(o.key(key), v)
	if !ok {
		return nil
	}
	s, _ := w.keys["kind"].(string)
	out := &Window{Kind: Kind(s)}
	w.read["kind"] = true
	if out.Kind == Anchor && !allowed(Anchor) {
		out.Kind = ""
	}
	switch out.Kind {
	case Always:
	case BetweenDates:
		out.From, out.To = w.moment("from"), w.moment("to")
		if _, from := w.keys["from"]; !from {
			if _, to := w.keys["to"]; !to {
				o.p.bad(w.at, "REQUIRED", "from or to is missing")
			}
		}
	case Last:
		out.Value, _ = w.integer("value", true, 1, maxSpan)
		out.Unit = Unit(w.word("unit", true, words(Day, Week, Month, Year, Hour)...))
		out.Yesterday = !w.yes("today")
	case This:
		out.Unit = Unit(w.word("unit", true, words(Day, Week, HalfMonth, Month, Quarter, Year)...))
	case Next:
		out.Value, _ = w.integer("value", true, 1, maxSpan)
		out.Unit = Unit(w.word("unit", true, words(Day, Week, Month, Year)...))
	case DayRange:
		if n, given := w.integer("from", false, -maxOffset, maxOffset); given {
			out.FromDay = &n
		}
		if n, given := w.integer("to", false, -maxOffset, maxOffset); given {
			out.ToDay = &n
		}
		if w.keys["from"] == nil && w.keys["to"] == nil {
			o.p.bad(w.at, "REQUIRED", "from or to is missing")
		}
	case Anchor:
		w.anchor(out)
	default:
		o.p.bad(w.key("kind"), "UNKNOWN", "there is no such window here")
		return nil
	}
	w.done()
	return out
}

// anchor reads the fields of a window that is relative to an instant of each
// person's own: an event or an attribute, and how far, or which calendar unit.
func (w *object) anchor(out *Window) {
	v, byEvent := w.get("event")
	_, byAttribute := w.get("attribute")
	if byEvent == byAttribute {
		w.p.bad(w.at, "REQUIRED", "either event or attribute says what the window is relative to")
	}
	if byEvent {
		if e, ok := w.p.object(w.key("event"), v); ok {
			out.Event = &AnchorEvent{
				Event: e.event("event"), Where: e.where("where"),
				Window: e.window("window", func(k Kind) bool { return k != Anchor }),
				Pick:   Pick(e.word("pick", true, words(First, LastOne)...)),
			}
			e.done()
		}
	}
	if byAttribute {
		out.Attribute = w.name("attribute", true)
	}
	out.Before, out.After = w.span("before"), w.span("after")
	_, same := w.get("same")
	if same {
		out.Same = Unit(w.word("same", true, words(Day, Week, Month)...))
	}
	_, before := w.keys["before"]
	_, after := w.keys["after"]
	if same == (before || after) {
		w.p.bad(w.at, "REQUIRED", "either same, or before or after or both, says how far the window reaches")
	}
}

// span reads an exact length of time; absent is nil.
func (o *object) span(key string) *Span {
	v, given := o.get(key)
	if !given {
		return nil
	}
	s, ok := o.p.object(o.key(key), v)
	if !ok {
		return nil
	}
	n, _ := s.integer("value", true, 1, maxSpan)
	out := &Span{Value: n, Unit: Unit(s.word("unit", true, words(Day, Minute, Hour, Week)...))}
	s.done()
	return out
}
