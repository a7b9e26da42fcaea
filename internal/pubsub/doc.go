// Package pubsub tells live screens, in any process, that something changed. It
// carries IDs and nothing else: who is woken reads the database.
//
//	Publish("tsk_…") ─▶ at most one message a topic and 300 ms ─▶ Redis ─▶ every process's Hub
//	every Hub ─▶ each subscriber of the topic, at most once a second, and every 5 s anyway
//
// A message may be lost (Redis was away, a process died): the 5 s take care of
// it, and a Hub whose connection comes back wakes everybody. A process has one
// connection and two goroutines for this, however many subscribers there are,
// and none waits for a slow one: a subscriber that has not taken its wake-up yet
// gets no second.
package pubsub
